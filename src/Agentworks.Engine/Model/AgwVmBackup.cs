namespace Agentworks.Model;

/// <summary>A backup of a machine: a folder on the operator's computer.</summary>
public sealed record AgwVmBackup
{
    /// <summary>The machine's name when it was made.</summary>
    public required string Vm { get; init; }

    /// <summary>The folder.</summary>
    public required string Path { get; init; }

    public required DateTimeOffset Created { get; init; }
    public BackupStatus Status { get; init; }

    /// <summary>Bytes of the archives.</summary>
    public long Size { get; init; }

    public IReadOnlyList<string> Workspaces { get; init; } = [];
    public IReadOnlyList<string> Agents { get; init; } = [];
    public IReadOnlyList<string> Sessions { get; init; } = [];

    /// <summary>How long making it took; null for one that is not complete.</summary>
    public TimeSpan? Duration { get; init; }

    public override string ToString() => Path;
}
