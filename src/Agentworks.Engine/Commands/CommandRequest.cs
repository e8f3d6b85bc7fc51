namespace Agentworks.Commands;

/// <summary>What to run on every target.</summary>
public sealed record CommandRequest
{
    /// <summary>A line for the user's shell language, /bin/sh.</summary>
    public required string Command { get; init; }

    public byte[]? Input { get; init; }
    public TimeSpan? Timeout { get; init; }
    public long MaxOutputBytes { get; init; } = 16 << 20;
    public int ThrottleLimit { get; init; } = 32;
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
