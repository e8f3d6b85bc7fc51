namespace Agentworks.PowerShell;

/// <summary>Names sessions: a name, a pattern, or an AgwSession.</summary>
public sealed class SessionArgument(object? value) : NameArgument(value, "Session");
