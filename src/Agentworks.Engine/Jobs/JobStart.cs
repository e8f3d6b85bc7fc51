namespace Agentworks.Jobs;

/// <summary>How one job began, or why it did not.</summary>
public sealed record JobStart(int? ProcessId, DateTimeOffset? Began, string? Refused);
