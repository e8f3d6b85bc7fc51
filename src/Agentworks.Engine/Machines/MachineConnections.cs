using System.Collections.Concurrent;
using Agentworks.Platforms;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Machines;

/// <summary>The open connections of this process: one channel per machine, as root, made at first use and kept.</summary>
public sealed class MachineConnections(
    PlatformRegistry platforms, SshCommandBuilder ssh, OperatorKeys keys, StateStore store, Func<ChannelCommand, ChannelCommand> connect) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<IMachineShell>> _shells = new(StringComparer.Ordinal);

    /// <summary>The machine's root channel, for changing things: starts a machine that should be running and is not.</summary>
    /// <param name="vm">The machine.</param>
    /// <param name="holdsLock">Whether the caller holds the machine's lock, which it takes to start one.</param>
    public IMachineShell Shell(VmRow vm, bool holdsLock = false) => new PoweredShell(Probe(vm), platforms.Get(vm.Platform), store, vm.Id, holdsLock);

    /// <summary>The machine's root channel, for looking: never starts anything.</summary>
    public IMachineShell Probe(VmRow vm) =>
        _shells.GetOrAdd(vm.Id, _ => new Lazy<IMachineShell>(() => new MachineShell(Channel(vm)))).Value;

    public IMachineFiles Files(VmRow vm) => new MachineFiles(Shell(vm));

    /// <summary>A process for the operator's terminal: the user's login shell, or a command line for it.</summary>
    public InteractiveCommand Interactive(VmRow vm, string user, string? commandLine) =>
        ssh.Interactive(Endpoint(vm), user, keys.IdentityFile, commandLine is null ? [] : ["/bin/sh", "-c", commandLine]);

    /// <summary>Processes that each forward a port of this computer to the machine as its admin, one for each way to reach it.</summary>
    public IReadOnlyList<InteractiveCommand> Forward(VmRow vm, string localAddress, int localPort, int remotePort, string whenConnected) =>
        [ssh.Forward(Endpoint(vm), vm.AdminUser, keys.IdentityFile, localAddress, localPort, remotePort, whenConnected)];

    /// <summary>Closes the machine's channel, because the machine stops or goes.</summary>
    public async Task CloseAsync(string vmId)
    {
        if (_shells.TryRemove(vmId, out var shell) && shell.IsValueCreated)
        {
            await shell.Value.DisposeAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_shells.Keys.Select(CloseAsync)).ConfigureAwait(false);

    private ChannelCommand Channel(VmRow vm) =>
        connect(ssh.Channel(Endpoint(vm), vm.Name, vm.AdminUser, keys.IdentityFile, sudo: vm.AdminUser != "root"));

    /// <summary>Where its sshd is, as its network says.</summary>
    public SshEndpoint Endpoint(VmRow vm) => platforms.Get(vm.Platform).GetSshEndpoint(vm.ToMachine());
}
