namespace Agentworks.Ports;

/// <summary>How to run a local program. <paramref name="OnErrorLine"/> sees each line of standard error as it comes.</summary>
public sealed record ProcessOptions(
    Stream? Input = null,
    TimeSpan? Timeout = null,
    string? WorkingDirectory = null,
    IReadOnlyDictionary<string, string?>? Environment = null,
    Action<string>? OnOutputLine = null,
    Action<string>? OnErrorLine = null);
