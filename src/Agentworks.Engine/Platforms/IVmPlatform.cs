using Agentworks.Events;
using Agentworks.Transport;

namespace Agentworks.Platforms;

/// <summary>
/// Where machines come from. Every method may be called again after a crash: it converges on what the machine's id stands for.
/// What a platform knows about a machine it returns as <see cref="PlatformMachine.Data"/>, opaque to everyone else. What not every platform can
/// do stands in interfaces of its own, which those that can implement too: <see cref="IDiskSnapshots"/>, <see cref="ISuspendable"/>,
/// <see cref="INetworkPolicy"/>, <see cref="IMachineLogs"/>, <see cref="IImageStore"/>.
/// </summary>
public interface IVmPlatform
{
    /// <summary>As in config.toml: nspawn, qemu, lima, wsl2, azure, proxmox, ssh.</summary>
    string Name { get; }

    PlatformTraits Traits { get; }

    /// <summary>Whether it can work on this computer, cheaply and without changing anything.</summary>
    Task<PlatformReadiness> CheckAsync(CancellationToken cancellationToken);

    /// <summary>Refuses what it could never make, before anything of it is recorded.</summary>
    /// <exception cref="Errors.AgentworksException">Which part of <paramref name="spec"/> cannot be.</exception>
    void Validate(MachineSpec spec);

    /// <summary>Makes the machine (not started), with its image when that is missing. Idempotent by <see cref="MachineSpec.Id"/>.</summary>
    /// <param name="spec">What to make.</param>
    /// <param name="journal">Told each external resource before it is made.</param>
    /// <param name="events">Progress.</param>
    /// <param name="cancellationToken">Leaves at most what the journal names.</param>
    Task<PlatformMachine> CreateAsync(MachineSpec spec, IResourceJournal journal, IEventSink events, CancellationToken cancellationToken);

    /// <summary>Starts it and returns when sshd, or what stands for it, answers. A running machine is left alone.</summary>
    Task StartAsync(PlatformMachine machine, IEventSink events, CancellationToken cancellationToken);

    /// <summary>Shuts it down in order; after <paramref name="grace"/>, hard. A stopped machine is left alone.</summary>
    Task StopAsync(PlatformMachine machine, TimeSpan grace, CancellationToken cancellationToken);

    Task<PowerState> GetPowerStateAsync(PlatformMachine machine, CancellationToken cancellationToken);

    /// <summary>Removes every trace, running or half-made or gone already, and proves it.</summary>
    /// <exception cref="Errors.PlatformException">Something is left; the message names it.</exception>
    Task RemoveAsync(PlatformMachine machine, CancellationToken cancellationToken);

    /// <summary>A root shell through the platform itself, before any user or key exists; null when there is only ssh.</summary>
    ChannelCommand? GetPlatformShell(PlatformMachine machine);

    SshEndpoint GetSshEndpoint(PlatformMachine machine);

    /// <summary>The machine's public host keys, one "type base64" a line, read past the network; null when only first use can tell.</summary>
    Task<IReadOnlyList<string>?> GetHostKeysAsync(PlatformMachine machine, CancellationToken cancellationToken);
}
