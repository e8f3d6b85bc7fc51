namespace Agentworks.Provisioning;

/// <summary>A root-owned file that must be on the machine with this content and mode.</summary>
public sealed record MachineFile(string Path, string Mode, string Content);
