using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Platforms;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Vms;
using Agentworks.Workspaces;

namespace Agentworks.Dedicated;

/// <summary>Workspaces that own their machine: made, started and stopped, suspended and removed together with it.</summary>
public sealed class DedicatedService(
    StateStore store, PlatformRegistry platforms, MachineConnections machines, MachinePower power, DedicatedMaker maker, VmCleaner cleaner, WorkspaceService workspaces)
{
    /// <inheritdoc cref="DedicatedMaker.CreateAsync"/>
    public Task<AgwWorkspace> CreateAsync(NewDedicatedWorkspace request, IEventSink events, CancellationToken cancellationToken) =>
        maker.CreateAsync(request, events, cancellationToken);

    /// <summary>The same workspaces with what stands between their machines and this computer.</summary>
    public IReadOnlyList<AgwWorkspace> Describe(IReadOnlyList<AgwWorkspace> all)
    {
        var boundaries = platforms.All.ToDictionary(platform => platform.Name, platform => platform.Traits.Boundary, StringComparer.Ordinal);
        return [.. all.Select(one => boundaries.TryGetValue(one.Platform, out var boundary) ? one with { Boundary = boundary } : one)];
    }

    /// <summary>The same workspaces with whether the machines of dedicated ones run, each as soon as it is known.</summary>
    public IAsyncEnumerable<AgwWorkspace> ObserveAsync(IReadOnlyList<AgwWorkspace> all, CancellationToken cancellationToken) => FanOut.RunAsync<AgwWorkspace, AgwWorkspace>(
        all,
        async (one, output, cancel) =>
        {
            var vm = one.Isolation == WorkspaceIsolation.Dedicated && !one.Orphaned ? store.Read(state => state.FindVm(one.Vm)) : null;
            await output.WriteAsync(vm is null ? one : one with { Status = Status(await power.GetAsync(vm, cancel).ConfigureAwait(false)) }, cancel).ConfigureAwait(false);
        },
        cancellationToken);

    private static VmStatus Status(PowerState state) => state switch
    {
        PowerState.Running => VmStatus.Running,
        PowerState.Stopped => VmStatus.Stopped,
        PowerState.Suspended => VmStatus.Suspended,
        PowerState.Missing => VmStatus.Missing,
        _ => VmStatus.Unknown,
    };

    /// <summary>Removes the workspace and its machine, whole or half made.</summary>
    /// <exception cref="HasDependentsException">Sessions or agents live there, or jobs run, and <paramref name="cascade"/> is false.</exception>
    public Task RemoveAsync(string name, bool cascade, IEventSink events, CancellationToken cancellationToken) => maker.RunAsync(
        "Remove-AgwWorkspace",
        name,
        events,
        async scope =>
        {
            var (_, vm) = Find(name);
            await cleaner.RemoveAsync(scope, vm, cascade, cancellationToken).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    public Task<AgwWorkspace> StartAsync(string name, IEventSink events, CancellationToken cancellationToken) => ChangeAsync(
        "Start-AgwWorkspace",
        name,
        DesiredPower.Running,
        events,
        async (scope, vm, platform) =>
        {
            if (vm.Suspended)
            {
                await ResumeAsync(scope, vm, platform, cancellationToken).ConfigureAwait(false);
            }

            await platform.StartAsync(vm.ToMachine(store.OwnerTag), scope.Events, cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    /// <param name="name">The workspace.</param>
    /// <param name="grace">How long it may take to shut down in order.</param>
    /// <param name="events">Progress.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<AgwWorkspace> StopAsync(string name, TimeSpan grace, IEventSink events, CancellationToken cancellationToken) => ChangeAsync(
        "Stop-AgwWorkspace",
        name,
        DesiredPower.Stopped,
        events,
        async (scope, vm, platform) =>
        {
            await machines.CloseAsync(vm.Id).ConfigureAwait(false);
            await platform.StopAsync(vm.ToMachine(store.OwnerTag), grace, cancellationToken).ConfigureAwait(false);
            store.Write(state => state.Update(state.GetVm(vm.Id)! with { Suspended = false }));
        },
        cancellationToken);

    /// <summary>Stops everything in it where it is; its memory stays.</summary>
    /// <exception cref="NotSupportedByPlatformException">Its platform cannot.</exception>
    public Task<AgwWorkspace> SuspendAsync(string name, IEventSink events, CancellationToken cancellationToken) => ChangeAsync(
        "Suspend-AgwWorkspace",
        name,
        desired: null,
        events,
        async (_, vm, platform) =>
        {
            var suspendable = Require(platform, vm);

            // The record first: nobody then waits for the answer of a machine that gives none. The channel while its other end can still leave.
            store.Write(state => state.Update(state.GetVm(vm.Id)! with { Suspended = true }));
            try
            {
                await machines.CloseAsync(vm.Id).ConfigureAwait(false);
                await suspendable.SuspendAsync(vm.ToMachine(store.OwnerTag), cancellationToken).ConfigureAwait(false);
            }
            catch (AgentworksException)
            {
                store.Write(state => state.Update(state.GetVm(vm.Id)! with { Suspended = vm.Suspended }));
                throw;
            }
        },
        cancellationToken);

    public Task<AgwWorkspace> ResumeAsync(string name, IEventSink events, CancellationToken cancellationToken) => ChangeAsync(
        "Resume-AgwWorkspace", name, desired: null, events, (scope, vm, platform) => ResumeAsync(scope, vm, platform, cancellationToken), cancellationToken);

    private async Task ResumeAsync(OperationScope scope, VmRow vm, IVmPlatform platform, CancellationToken cancellationToken)
    {
        var machine = vm.ToMachine(store.OwnerTag);
        if (await platform.GetPowerStateAsync(machine, cancellationToken).ConfigureAwait(false) == PowerState.Stopped)
        {
            // It was lost meanwhile, with its memory: the computer was restarted, or it was killed.
            scope.Events.Report(new WarningEvent($"The machine of workspace '{vm.Name}' was off: what was in its memory is lost. It starts anew."));
            await platform.StartAsync(machine, scope.Events, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await Require(platform, vm).ResumeAsync(machine, cancellationToken).ConfigureAwait(false);
        }

        store.Write(state => state.Update(state.GetVm(vm.Id)! with { Suspended = false }));
    }

    private Task<AgwWorkspace> ChangeAsync(
        string operation, string name, DesiredPower? desired, IEventSink events, Func<OperationScope, VmRow, IVmPlatform, Task> change, CancellationToken cancellationToken)
    {
        RequireDedicated(name, operation);
        return maker.RunAsync(
            operation,
            name,
            events,
            async scope =>
            {
                var row = store.Read(state => state.RequireWorkspace(name));
                var vm = store.Read(state => state.GetVm(row.VmId))!;
                scope.Record(operation);
                if (desired is { } power)
                {
                    store.Write(state => state.Update(state.GetVm(vm.Id)! with { DesiredPower = power }));
                }

                await change(scope, vm, platforms.Get(vm.Platform)).ConfigureAwait(false);
                return workspaces.List().First(workspace => workspace.Id == row.Id);
            },
            cancellationToken);
    }

    private void RequireDedicated(string name, string operation)
    {
        var (row, vm) = Find(name);
        if (row.Isolation != WorkspaceIsolation.Dedicated)
        {
            var verb = operation.Split('-')[0];
            throw new InvalidRequestException($"Workspace '{name}' shares the machine '{vm.Name}' with others: it has no power of its own.")
            {
                Target = name,
                Recommendation = verb is "Start" or "Stop" ? $"{verb}-AgwVm {vm.Name}, or for what runs in it: Get-AgwSession -Workspace {name} | {verb}-AgwSession" : $"Stop-AgwVm {vm.Name}",
            };
        }
    }

    private (WorkspaceRow Row, VmRow Vm) Find(string name) => store.Read(state =>
    {
        var row = state.FindWorkspace(name) ?? throw new NotFoundException(EntityKind.Workspace, name) { Target = name, Recommendation = "Get-AgwWorkspace lists them." };
        return (row, state.GetVm(row.VmId)!);
    });

    private static ISuspendable Require(IVmPlatform platform, VmRow vm) => platform as ISuspendable
        ?? throw new NotSupportedByPlatformException($"The platform {platform.Name} cannot suspend machines.") { Target = vm.Name, Recommendation = $"Stop-AgwWorkspace {vm.Name}" };
}
