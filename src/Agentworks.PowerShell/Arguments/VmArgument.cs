namespace Agentworks.PowerShell;

/// <summary>Names machines: a name, a pattern, or an AgwVm.</summary>
public sealed class VmArgument(object? value) : NameArgument(value, "Vm");
