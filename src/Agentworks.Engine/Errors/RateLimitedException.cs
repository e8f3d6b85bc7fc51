namespace Agentworks.Errors;

/// <summary>It was done too often, and the caller does not want to wait.</summary>
public sealed class RateLimitedException(string what, TimeSpan wait) : AgentworksException($"The limit for {what} is reached: it may be done again in {Math.Ceiling(wait.TotalSeconds)} s.")
{
    public override FailureKind Kind => FailureKind.LimitsExceeded;

    /// <summary>How long it would have waited.</summary>
    public TimeSpan Wait { get; } = wait;
}
