namespace Agentworks.PowerShell;

/// <summary>Names workspaces: a name, a pattern, or an AgwWorkspace.</summary>
public sealed class WorkspaceArgument(object? value) : NameArgument(value, "Workspace");
