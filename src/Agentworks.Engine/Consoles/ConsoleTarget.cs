namespace Agentworks.Consoles;

/// <summary>What to enter: a recorded console, or all sessions of a workspace or of a machine. Exactly one is given.</summary>
public sealed record ConsoleTarget(string? Console = null, string? Workspace = null, string? Vm = null);
