namespace Agentworks.Config;

/// <summary>What one session runs.</summary>
/// <param name="Command">A shell command; empty: a login shell.</param>
/// <param name="Env">Values as they are: the one who writes them into a script quotes them.</param>
public sealed record SessionLaunch(string Command, IReadOnlyDictionary<string, string> Env);
