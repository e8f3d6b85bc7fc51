namespace Agentworks.Platforms;

/// <summary>A platform whose dedicated machines can be given another size and another name while they run, as one from a pool is.</summary>
public interface IResizable
{
    /// <summary>Whether a machine of one specification can become that of another without a restart. A disk is only ever made larger.</summary>
    bool CanReshape(MachineSpec from, MachineSpec to);

    /// <summary>Puts size and names of the specification in force, from now on and at each start. As often as it takes.</summary>
    Task ReshapeAsync(PlatformMachine machine, CancellationToken cancellationToken);
}
