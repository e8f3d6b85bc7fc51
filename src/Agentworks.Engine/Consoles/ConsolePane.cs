namespace Agentworks.Consoles;

/// <summary>A shell's pane in a window.</summary>
/// <param name="Id">Marks it; stays with the shell when its place changes.</param>
/// <param name="User">The Linux user.</param>
/// <param name="WorkingDirectory">Relative to the workspace; null for the workspace itself.</param>
public sealed record ConsolePane(string Id, string User, string? WorkingDirectory);
