namespace Agentworks.PowerShell;

/// <summary>Names consoles: a name, a pattern, or an AgwConsole.</summary>
public sealed class ConsoleArgument(object? value) : NameArgument(value, "Console");
