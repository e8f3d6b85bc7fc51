namespace Agentworks.PowerShell;

/// <summary>Names jobs: a name, an id, a pattern, or an AgwJob.</summary>
public sealed class JobArgument(object? value) : NameArgument(value, "Job");
