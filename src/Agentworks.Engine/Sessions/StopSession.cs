namespace Agentworks.Sessions;

/// <summary>How to stop sessions: Ctrl-C first, and after <paramref name="Grace"/> by force. One grace period serves all of them.</summary>
public sealed record StopSession(TimeSpan Grace, bool Force = false);
