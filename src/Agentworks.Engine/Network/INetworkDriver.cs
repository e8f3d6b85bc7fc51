using Agentworks.Errors;
using Agentworks.Provisioning;
using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Network;

/// <summary>
/// How the operator reaches a machine over the network. What a driver knows about a machine is its row's NetworkData, opaque to everyone else
/// and "{}" until the machine has joined. The platform's own way in stays open beside it.
/// </summary>
public interface INetworkDriver
{
    /// <summary>As in config.toml: direct, tailscale.</summary>
    string Name { get; }

    /// <summary>What it installs on a machine: names of <see cref="Config.Catalog.AptPackages"/>.</summary>
    IReadOnlyList<string> AptPackages { get; }

    /// <summary>Whether joining takes a key.</summary>
    bool NeedsKey { get; }

    /// <summary>Whether this computer can use it, within ten seconds and without changing anything.</summary>
    /// <exception cref="AgentworksException">It cannot; says why and what to do.</exception>
    Task CheckAsync(CancellationToken cancellationToken);

    /// <summary>What must be true of the machine; null for nothing. Its detail, where it is in place, is the machine's address.</summary>
    ProvisionStep? GetStep(NetworkJoin join);

    /// <summary>Asks the machine, which has joined, for what must be recorded.</summary>
    /// <exception cref="RemoteCommandException">What it says makes no sense.</exception>
    Task<NetworkMembership> ReadAsync(IMachineShell shell, string vm, CancellationToken cancellationToken);

    /// <summary>Where the machine's sshd is reached; null while only the platform knows.</summary>
    SshEndpoint? GetEndpoint(VmRow vm);

    /// <summary>The machine's address for the operator to see; null while only the platform knows.</summary>
    string? GetAddress(VmRow vm);

    /// <summary>Takes the machine out of the network, for good; null where there is nothing to leave.</summary>
    RemoteCommand? GetLeave(VmRow vm);
}
