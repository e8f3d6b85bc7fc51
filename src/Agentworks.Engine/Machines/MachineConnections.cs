using System.Collections.Concurrent;
using Agentworks.Errors;
using Agentworks.Network;
using Agentworks.Platforms;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Machines;

/// <summary>
/// The open connections of this process: one channel per machine, as root, made at first use and kept. A machine is reached through
/// its network driver, and through its platform when that does not answer.
/// </summary>
public sealed class MachineConnections(
    PlatformRegistry platforms, NetworkRegistry networks, SshCommandBuilder ssh, OperatorKeys keys, StateStore store, Func<ChannelCommand, ChannelCommand> connect)
    : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<RoutedShell>> _shells = new(StringComparer.Ordinal);

    /// <summary>The machine's root channel, for changing things: starts a machine that should be running and is not.</summary>
    /// <param name="vm">The machine.</param>
    /// <param name="holdsLock">Whether the caller holds the machine's lock, which it takes to start one.</param>
    public IMachineShell Shell(VmRow vm, bool holdsLock = false) => Powered(vm, Probe(vm), holdsLock);

    /// <summary>The machine's root channel, for looking: never starts anything.</summary>
    public IMachineShell Probe(VmRow vm) => Routed(Awake(vm));

    /// <summary>A channel of its own, past the network driver: for changing how the machine is reached. Dispose of it.</summary>
    public IMachineShell OpenPlatformShell(VmRow vm) => Powered(vm, new MachineShell(Channel(vm, PlatformEndpoint(vm))), holdsLock: true);

    /// <summary>The same by the network driver's way alone, which must be known.</summary>
    internal IMachineShell OpenNetworkShell(VmRow vm) => new MachineShell(Channel(vm, networks.Get(vm.Network).GetEndpoint(vm)!));

    public IMachineFiles Files(VmRow vm) => new MachineFiles(Shell(vm));

    /// <summary>
    /// A process for the operator's terminal: the user's login shell, or a command line for it. Like any work on the machine, this starts one
    /// that should be running and is not.
    /// </summary>
    /// <exception cref="Errors.NotReadyException">The machine was stopped on purpose.</exception>
    public async Task<InteractiveCommand> EnterAsync(VmRow vm, string user, string? commandLine, CancellationToken cancellationToken)
    {
        await Shell(Awake(vm)).EvaluateAsync("1", [], cancellationToken).ConfigureAwait(false);
        return ssh.Interactive(Routed(vm).Endpoint, user, keys.IdentityFile, commandLine is null ? [] : ["/bin/sh", "-c", commandLine]);
    }

    /// <summary>Processes that each forward a port of this computer to the machine as its admin, one for each way to reach it.</summary>
    public IReadOnlyList<InteractiveCommand> Forward(VmRow vm, string localAddress, int localPort, int remotePort, string whenConnected) =>
        [.. Endpoints(vm).Select(way => ssh.Forward(way, vm.AdminUser, keys.IdentityFile, localAddress, localPort, remotePort, whenConnected))];

    /// <summary>Where its sshd is, as its network says.</summary>
    public SshEndpoint Endpoint(VmRow vm) => Endpoints(vm)[0];

    /// <summary>The address at which the operator reaches the machine; null when there is none, because it runs on this computer.</summary>
    public string? GetAddress(VmRow vm) =>
        networks.Get(vm.Network).GetAddress(vm) ?? (PlatformEndpoint(vm) is { ProxyCommand: null } endpoint ? endpoint.HostName : null);

    /// <summary>Whether the machine answers in this one way.</summary>
    internal async Task<bool> AnswersAsync(VmRow vm, SshEndpoint endpoint, CancellationToken cancellationToken)
    {
        var shell = new MachineShell(Channel(vm, endpoint));
        await using var _ = shell.ConfigureAwait(false);
        try
        {
            await shell.EvaluateAsync("1", [], cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (AgentworksException)
        {
            return false;
        }
    }

    /// <summary>Closes the machine's channel, because the machine stops or goes.</summary>
    public async Task CloseAsync(string vmId)
    {
        if (_shells.TryRemove(vmId, out var shell) && shell.IsValueCreated)
        {
            await shell.Value.DisposeAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_shells.Keys.Select(CloseAsync)).ConfigureAwait(false);

    private RoutedShell Routed(VmRow vm) =>
        _shells.GetOrAdd(vm.Id, _ => new Lazy<RoutedShell>(() => new RoutedShell(() => Routes(store.Read(state => state.GetVm(vm.Id)) ?? vm)))).Value;

    private PoweredShell Powered(VmRow vm, IMachineShell shell, bool holdsLock) => new(shell, platforms.Get(vm.Platform), store, vm.Id, holdsLock);

    private IReadOnlyList<MachineRoute> Routes(VmRow vm) => Direct(vm) is { } direct ? [direct] : [.. Endpoints(vm).Select(endpoint => new MachineRoute(endpoint, Channel(vm, endpoint)))];

    /// <summary>Into a dedicated machine that is but namespaces of this computer no network leads that would be worth its while.</summary>
    private MachineRoute? Direct(VmRow vm)
    {
        if (!vm.Dedicated || platforms.Get(vm.Platform) is not { Traits.Boundary: MachineBoundary.Namespace } platform)
        {
            return null;
        }

        try
        {
            return platform.GetPlatformShell(vm.ToMachine()) is { } shell ? new MachineRoute(PlatformEndpoint(vm), connect(shell)) : null;
        }
        catch (NotReadyException e)
        {
            // So that it is started, where it is to run.
            throw new ConnectionFailedException(e.Message, e) { Target = vm.Name };
        }
    }

    private static VmRow Awake(VmRow vm) => !vm.Suspended ? vm
        : throw new NotReadyException($"{(vm.Dedicated ? "Workspace" : "VM")} '{vm.Name}' is suspended.") { Target = vm.Name, Recommendation = vm.Dedicated ? $"Resume-AgwWorkspace {vm.Name}" : $"Start-AgwVm {vm.Name}" };

    private ChannelCommand Channel(VmRow vm, SshEndpoint endpoint) =>
        connect(ssh.Channel(endpoint, vm.Name, vm.AdminUser, keys.IdentityFile, sudo: vm.AdminUser != "root"));

    private IReadOnlyList<SshEndpoint> Endpoints(VmRow vm) =>
        networks.Get(vm.Network).GetEndpoint(vm) is { } endpoint ? [endpoint, PlatformEndpoint(vm)] : [PlatformEndpoint(vm)];

    private SshEndpoint PlatformEndpoint(VmRow vm) => platforms.Get(vm.Platform).GetSshEndpoint(vm.ToMachine());
}
