namespace Agentworks.Platforms;

/// <summary>A platform that can tell which machines of ours it has, also when our own records of them are lost.</summary>
public interface IMachineLister
{
    /// <summary>Those that carry the tag, or for null any operator's, whole or half made. <see cref="MachineSpec.Dedicated"/> tells the machines of dedicated workspaces.</summary>
    Task<IReadOnlyList<FoundMachine>> ListAsync(string? ownerTag, CancellationToken cancellationToken);

    /// <summary>Puts the tag on a machine that carries another.</summary>
    Task TakeOverAsync(PlatformMachine machine, string ownerTag, CancellationToken cancellationToken);
}
