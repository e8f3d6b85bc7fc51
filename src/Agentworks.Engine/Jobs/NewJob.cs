namespace Agentworks.Jobs;

/// <summary>A job to start.</summary>
public sealed record NewJob
{
    public const long LeastOutputBytes = 16 << 10;
    public const long MostOutputBytes = 1 << 30;

    /// <summary>Null: the job gets the next number for a name.</summary>
    public string? Name { get; init; }

    public required string Workspace { get; init; }

    /// <summary>Null: as the workspace's own user.</summary>
    public string? Agent { get; init; }

    /// <summary>A line for /bin/sh.</summary>
    public required string Command { get; init; }

    /// <summary>Seen from the workspace's root; null for the root itself.</summary>
    public string? WorkingDirectory { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Secret variables with their values, which are never stored.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>When it has passed, the job is told to end, and killed a little later.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How much of its output the machine keeps: the first half and the last.</summary>
    public long MaxOutputBytes { get; init; } = 16 << 20;
}
