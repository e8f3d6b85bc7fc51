namespace Agentworks.PowerShell;

/// <summary>Names VM hosts: a name, a pattern, or an AgwVmHost.</summary>
public sealed class VmHostArgument(object? value) : NameArgument(value, "VmHost");
