using System.Diagnostics;
using System.Globalization;
using System.Net;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Ports;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.PortForwards;

/// <summary>
/// Ports of this computer that lead to machines. Each is kept open by a process of its own, which goes on when we end. The record comes
/// before the process and goes after it, so none can run that the operator cannot see.
/// </summary>
public sealed class PortForwardService(StateStore store, MachineConnections machines, OperationRunner operations, IProcessRunner processes, string home, TimeProvider clock)
{
    private static readonly TimeSpan FirstConnection = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>All, with what their processes do right now. No machine is asked.</summary>
    public IReadOnlyList<AgwPortForward> List()
    {
        var (rows, vms, workspaces) = store.Read(state => (
            state.ListPortForwards(),
            state.ListVms().ToDictionary(vm => vm.Id, vm => vm.Name, StringComparer.Ordinal),
            state.ListWorkspaces().ToDictionary(workspace => workspace.Id, workspace => workspace.Name, StringComparer.Ordinal)));
        return [.. rows.Select(row => Observe(row, vms[row.VmId], row.WorkspaceId is { } id ? workspaces.GetValueOrDefault(id) : null))];
    }

    /// <summary>
    /// Opens a forward as the machine's admin and returns when it works. One that is there with the same numbers is started again, or left
    /// alone when it runs.
    /// </summary>
    /// <exception cref="PortInUseException">The local port is another's; nothing was started.</exception>
    /// <exception cref="NotReadyException">The machine was stopped on purpose.</exception>
    /// <exception cref="ConnectionFailedException">The connection could not be made; nothing is left of it.</exception>
    public async Task<AgwPortForward> CreateAsync(NewPortForward request, IEventSink events, CancellationToken cancellationToken)
    {
        var address = ParseAddress(request.LocalAddress);
        RequireOwn(request.Ports);
        var (vm, workspace) = store.Read(state => Place(state, request));

        // Before anything is reserved: this finds out what is wrong with the machine, and starts one that should be running.
        await machines.Shell(vm).EvaluateAsync("1", [], cancellationToken).ConfigureAwait(false);
        var (row, isNew) = Reserve(vm, workspace, address, request.Ports);
        if (!IPAddress.IsLoopback(address))
        {
            events.Report(new WarningEvent($"Port {row.LocalPort} is open on {address}: other computers can reach port {row.RemotePort} of VM '{vm.Name}' through it."));
        }

        return await operations.RunAsync(
            "New-AgwPortForward",
            EntityKind.PortForward,
            NameOf(row),
            events,
            async scope =>
            {
                var current = store.Read(state => state.GetPortForward(row.Id))
                    ?? throw new NotFoundException(EntityKind.PortForward, NameOf(row)) { Target = row.LocalPort, Recommendation = "It was removed meanwhile; make it again." };
                if (ProcessOf(current).FindPid() is null)
                {
                    scope.Record($"process of {row.Id}");
                    await StartAsync(current, vm, isNew, cancellationToken).ConfigureAwait(false);
                }

                return Observe(current, vm.Name, workspace?.Name);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the forward's processes, frees its port and forgets it.</summary>
    public Task RemoveAsync(AgwPortForward forward, IEventSink events, CancellationToken cancellationToken) => operations.RunAsync(
        "Remove-AgwPortForward",
        EntityKind.PortForward,
        NameOf(forward.LocalAddress, forward.LocalPort),
        events,
        async scope =>
        {
            scope.Record($"process of {forward.Id}");
            await ForgetAsync(forward.Id).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>The same for all forwards to a machine that goes.</summary>
    internal async Task RemoveAllAsync(string vmId)
    {
        foreach (var row in store.Read(state => state.ListPortForwards(vmId)))
        {
            await ForgetAsync(row.Id).ConfigureAwait(false);
        }
    }

    /// <summary>Tells the forwards to a machine how it is reached now; each learns it when its connection is made the next time.</summary>
    internal void Reroute(VmRow vm)
    {
        foreach (var row in store.Read(state => state.ListPortForwards(vm.Id)))
        {
            var process = ProcessOf(row);
            if (process.FindPid() is not null)
            {
                process.WriteRoutes(machines.Forward(vm, row.LocalAddress, row.LocalPort, row.RemotePort, process.WhenConnected));
            }
        }
    }

    private async Task StartAsync(PortForwardRow row, VmRow vm, bool isNew, CancellationToken cancellationToken)
    {
        var process = ProcessOf(row);
        try
        {
            await process.EndAsync().ConfigureAwait(false);
            RequireFree(row);
            await process.StartAsync(machines.Forward(vm, row.LocalAddress, row.LocalPort, row.RemotePort, process.WhenConnected), cancellationToken).ConfigureAwait(false);
            await AwaitConnectionAsync(process, row, vm, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await process.EndAsync().ConfigureAwait(false);
            if (isNew)
            {
                store.Write(state => state.DeletePortForward(row.Id));
            }

            throw;
        }
    }

    private static async Task AwaitConnectionAsync(ForwardProcess process, PortForwardRow row, VmRow vm, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (!process.HasConnected)
        {
            if (process.FindPid() is null || Stopwatch.GetElapsedTime(began) > FirstConnection)
            {
                throw new ConnectionFailedException(
                    $"Port {row.LocalPort} could not be forwarded to port {row.RemotePort} of VM '{vm.Name}': {process.LastWords() ?? "ssh does not connect"}")
                {
                    Target = row.LocalPort,
                    Recommendation = $"Get-AgwVm {vm.Name} shows whether it can be reached.",
                };
            }

            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Chooses the port and records the forward, in one change: two commands never choose the same.</summary>
    private (PortForwardRow Row, bool IsNew) Reserve(VmRow vm, WorkspaceRow? workspace, IPAddress address, PortForwardSpec ports) => store.Write(state =>
    {
        var rows = state.ListPortForwards().Where(row => row.LocalAddress == address.ToString()).ToList();
        var same = rows.Find(row => row.VmId == vm.Id && row.RemotePort == ports.RemotePort && row.LocalPort == (ports.LocalPort is null or 0 ? row.LocalPort : ports.LocalPort));
        if (same is not null)
        {
            return (same, false);
        }

        var port = ports.LocalPort is > 0 and var given ? given
            : ports.LocalPort is null && ports.RemotePort >= PortForwardSpec.FirstLocalPort && IsFree(ports.RemotePort) ? ports.RemotePort
            : FindFree();
        var row = new PortForwardRow
        {
            Id = Identifier.New(),
            VmId = vm.Id,
            LocalAddress = address.ToString(),
            LocalPort = port,
            RemotePort = ports.RemotePort,
            WorkspaceId = workspace?.Id,
            Created = clock.GetUtcNow(),
        };
        if (rows.Find(other => other.LocalPort == port) is { } taken)
        {
            throw new PortInUseException($"Port {port} leads to port {taken.RemotePort} of VM '{state.GetVm(taken.VmId)!.Name}' already.")
            {
                Target = port,
                Recommendation = $"Remove-AgwPortForward -LocalPort {port}, or choose another with -LocalPort.",
            };
        }

        RequireFree(row);
        return (state.Insert(row), true);

        // One that is not another forward's either, which may just not run.
        int FindFree()
        {
            while (true)
            {
                var found = LocalPorts.FindFree(address);
                if (rows.TrueForAll(row => row.LocalPort != found))
                {
                    return found;
                }
            }
        }

        bool IsFree(int wanted) => rows.TrueForAll(row => row.LocalPort != wanted) && LocalPorts.WhyNotFree(address, wanted) is null;
    });

    /// <summary>The machine, and the workspace that it is for.</summary>
    private static (VmRow Vm, WorkspaceRow? Workspace) Place(StateReader state, NewPortForward request)
    {
        if (request.Workspace is null)
        {
            var machine = state.RequireVm(request.Vm ?? throw new InvalidRequestException("A forward leads to a workspace or a machine; name one.") { Recommendation = "-Workspace or -Vm" });
            return (machine, machine.Dedicated ? state.ListWorkspaces().FirstOrDefault(row => row.VmId == machine.Id) : null);
        }

        var workspace = state.RequireWorkspace(request.Workspace);
        var vm = state.GetVm(workspace.VmId)!;
        return request.Vm is null || request.Vm == vm.Name ? (vm, workspace)
            : throw new InvalidRequestException($"Workspace '{workspace.Name}' is on VM '{vm.Name}', not on '{request.Vm}'.") { Target = request.Vm, Recommendation = "Leave out -Vm." };
    }

    private static void RequireOwn(PortForwardSpec ports)
    {
        if (ports.LocalPort is > 0 and < PortForwardSpec.FirstLocalPort)
        {
            throw new InvalidRequestException($"Port {ports.LocalPort} of this computer is kept for its system.")
            {
                Target = ports.LocalPort,
                Recommendation = $"Choose one from {PortForwardSpec.FirstLocalPort} on, or leave it out for a free one.",
            };
        }
    }

    private static void RequireFree(PortForwardRow row)
    {
        if (LocalPorts.WhyNotFree(IPAddress.Parse(row.LocalAddress), row.LocalPort) is { } why)
        {
            throw new PortInUseException($"Port {row.LocalPort} of {row.LocalAddress} cannot be used: {why}.")
            {
                Target = row.LocalPort,
                Recommendation = "Leave out -LocalPort for a free one, or choose another.",
            };
        }
    }

    private async Task ForgetAsync(string id)
    {
        await new ForwardProcess(FolderOf(id), processes).EndAsync().ConfigureAwait(false);
        store.Write(state => state.DeletePortForward(id));
    }

    private AgwPortForward Observe(PortForwardRow row, string vm, string? workspace)
    {
        var process = ProcessOf(row);
        var (pid, status) = Look(process, row);
        return new AgwPortForward
        {
            Vm = vm,
            Workspace = workspace,
            LocalAddress = row.LocalAddress,
            LocalPort = row.LocalPort,
            RemotePort = row.RemotePort,
            Status = status,
            ProcessId = pid,
            Reason = status == PortForwardStatus.Reconnecting ? process.LastWords() : null,
            Created = row.Created,
            Id = row.Id,
        };
    }

    private static (int? Pid, PortForwardStatus Status) Look(ForwardProcess process, PortForwardRow row)
    {
        try
        {
            return process.FindPid() is not { } pid ? (null, PortForwardStatus.Stopped)
                : process.HasConnected && LocalPorts.IsListening(IPAddress.Parse(row.LocalAddress), row.LocalPort) ? (pid, PortForwardStatus.Connected)
                : (pid, PortForwardStatus.Reconnecting);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or System.Net.NetworkInformation.NetworkInformationException)
        {
            return (null, PortForwardStatus.Unknown);
        }
    }

    private static IPAddress ParseAddress(string text) =>
        string.Equals(text, "localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
        : IPAddress.TryParse(text, out var address) ? address
        : throw new InvalidRequestException($"'{text}' is no IP address.") { Target = text, Recommendation = "Give an address of this computer, such as 127.0.0.1." };

    private ForwardProcess ProcessOf(PortForwardRow row) => new(FolderOf(row.Id), processes);

    private string FolderOf(string id) => Path.Combine(home, "forwards", id);

    private static string NameOf(PortForwardRow row) => NameOf(row.LocalAddress, row.LocalPort);

    private static string NameOf(string address, int port) => string.Create(CultureInfo.InvariantCulture, $"{address}:{port}");
}
