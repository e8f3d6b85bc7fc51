namespace Agentworks.PowerShell;

/// <summary>Names agents: a name, a pattern, or an AgwAgent.</summary>
public sealed class AgentArgument(object? value) : NameArgument(value, "Agent");
