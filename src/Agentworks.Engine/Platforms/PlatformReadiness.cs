namespace Agentworks.Platforms;

/// <summary>Whether a platform can work here; when not, why and what to do.</summary>
public sealed record PlatformReadiness(bool Ready, string Message, string? Recommendation = null);
