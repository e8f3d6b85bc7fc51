namespace Agentworks.Model;

/// <summary>One resource of a machine: what was asked for, what is there, and what of that is in use. Null: not known.</summary>
/// <param name="Name">Cpu, Memory, Swap, Disk or Workspaces.</param>
/// <param name="Unit">Cores for Cpu, whose use is the load of the last minute; else Bytes.</param>
/// <param name="Provisioned">As recorded when the machine was made.</param>
/// <param name="Present">As the machine sees it.</param>
/// <param name="Used">As the machine sees it.</param>
public sealed record AgwVmResource(string Name, string Unit, double? Provisioned, double? Present, double? Used);
