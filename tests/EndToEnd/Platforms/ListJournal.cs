using Agentworks.Platforms;

namespace Agentworks.Tests.EndToEnd.Platforms;

/// <summary>Keeps the steps in memory, and dies at the step before which it is told to.</summary>
public sealed class ListJournal(int? dieAt = null) : IResourceJournal
{
    public List<string> Steps { get; } = [];

    public Task RecordAsync(string step, CancellationToken cancellationToken)
    {
        Steps.Add(step);
        return Steps.Count - 1 == dieAt ? throw new KilledException() : Task.CompletedTask;
    }
}

/// <summary>Stands for the end of the process.</summary>
public sealed class KilledException : Exception;
