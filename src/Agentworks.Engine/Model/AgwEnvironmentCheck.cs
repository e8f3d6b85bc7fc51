namespace Agentworks.Model;

/// <summary>One finding about the operator's own computer and state.</summary>
public sealed record AgwEnvironmentCheck
{
    public required string Name { get; init; }
    public required CheckStatus Status { get; init; }
    public required string Message { get; init; }

    /// <summary>The exact next command or action; null when nothing needs doing.</summary>
    public string? Recommendation { get; init; }
}
