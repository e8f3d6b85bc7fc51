namespace Agentworks.Platforms;

/// <summary>A machine that a platform made or is making. <paramref name="Data"/> is the platform's own JSON, kept in the state; "{}" before creation.</summary>
public sealed record PlatformMachine(MachineSpec Spec, string Data);
