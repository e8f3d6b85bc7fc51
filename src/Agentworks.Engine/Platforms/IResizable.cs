namespace Agentworks.Platforms;

/// <summary>A platform whose dedicated machines can be given another size and another name while they run, as one from a pool is.</summary>
public interface IResizable
{
    /// <summary>Puts size and names of the specification in force, from now on and at each start. The disk is never made smaller than what is on it.</summary>
    Task ReshapeAsync(PlatformMachine machine, CancellationToken cancellationToken);
}
