namespace Agentworks.Bench;

/// <summary>What every benchmark gets: a folder of its own that is removed afterwards, the module as built, and pwsh when there is one.</summary>
public sealed record BenchContext(string WorkFolder, string ModulePath, string? PwshPath)
{
    /// <summary>Says how far a long measurement has come.</summary>
    public required Action<string> Report { get; init; }

    /// <summary>Makes an empty folder in the work folder.</summary>
    public string NewFolder(string name) => Directory.CreateDirectory(Path.Combine(WorkFolder, name)).FullName;

    /// <exception cref="BenchSkippedException">There is no pwsh.</exception>
    public string RequirePwsh() => PwshPath ?? throw new BenchSkippedException("needs pwsh");
}
