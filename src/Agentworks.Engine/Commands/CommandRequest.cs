namespace Agentworks.Commands;

/// <summary>What to run on every target.</summary>
public sealed record CommandRequest
{
    /// <summary>A line for the user's shell language, /bin/sh.</summary>
    public required string Command { get; init; }

    /// <summary>In a workspace seen from its root, elsewhere absolute; null for the workspace's root, or home.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Results in the order of the targets, rather than as they come.</summary>
    public bool Ordered { get; init; }

    /// <summary>Fail rather than wait for the rate limit.</summary>
    public bool NoWait { get; init; }

    public byte[]? Input { get; init; }
    public TimeSpan? Timeout { get; init; }
    public long MaxOutputBytes { get; init; } = 16 << 20;
    public int ThrottleLimit { get; init; } = 32;
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
