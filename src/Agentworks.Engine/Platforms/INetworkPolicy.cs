namespace Agentworks.Platforms;

/// <summary>A platform that can say what a machine reaches, from outside of the machine. Rules hold from the machine's next instant on, and at each of its starts.</summary>
public interface INetworkPolicy
{
    /// <summary>Puts the rules in force for a machine that runs; one that does not gets them when it starts, from <see cref="MachineSpec.Network"/>. Connections that are no longer allowed are cut.</summary>
    /// <exception cref="Errors.PlatformException">They could not be; the machine then reaches nothing.</exception>
    Task ApplyAsync(PlatformMachine machine, NetworkRules rules, CancellationToken cancellationToken);

    /// <summary>The rules that are in force now, read back from what enforces them; null when nothing does, or the machine is off.</summary>
    Task<NetworkRules?> ReadAsync(PlatformMachine machine, CancellationToken cancellationToken);
}
