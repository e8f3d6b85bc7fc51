namespace Agentworks.Tests.Unit.State;

/// <summary>A folder of the test's own that goes with it.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Home { get; } = Directory.CreateTempSubdirectory("agw-state-").FullName;
    public string Database => Path.Combine(Home, "agentworks.db");

    public void Dispose() => Directory.Delete(Home, recursive: true);
}
