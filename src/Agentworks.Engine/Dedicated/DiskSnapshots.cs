using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Git;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Platforms;
using Agentworks.Snapshots;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Dedicated;

/// <summary>
/// Snapshots and forks of dedicated workspaces: of the machine's whole disk, by its platform. What the platform knows a snapshot by is its
/// record's id. The machine's lock is taken here, after the workspace's, which the caller holds.
/// </summary>
internal sealed class DiskSnapshots(StateStore store, PlatformRegistry platforms, MachineConnections machines, DedicatedMaker maker, TimeProvider clock) : ISnapshotProvider
{
    private const int Parallel = 8;
    private readonly RestoredMachine _restored = new(store, machines);
    private static readonly TimeSpan LockTimeout = TimeSpan.FromMinutes(10);

    public SnapshotScope Scope => SnapshotScope.Disk;

    public bool Serves(SnapshotPlace place) => place.Workspace.Isolation == WorkspaceIsolation.Dedicated && platforms.Get(place.Vm.Platform) is IDiskSnapshots;

    public async Task<SnapshotMade> CreateAsync(OperationScope scope, SnapshotPlace place, SnapshotRow row, bool memory, CancellationToken cancellationToken)
    {
        var disks = Disks(place.Vm);
        var head = await WorkspaceHead.FindAsync(machines, place.Vm, place.Workspace, cancellationToken).ConfigureAwait(false);
        using var held = await LockAsync(place.Vm.Name, cancellationToken).ConfigureAwait(false);
        var data = await disks.SnapshotAsync(Machine(place.Vm), row.Id, memory, scope, cancellationToken).ConfigureAwait(false);
        return new SnapshotMade(disks.Provider, data, head, memory);
    }

    public async Task RestoreAsync(OperationScope scope, SnapshotPlace place, SnapshotRow row, RestoreSnapshot how, CancellationToken cancellationToken)
    {
        var running = store.Read(state => state.ListSessions(vmId: place.Vm.Id)).Where(session => session.Desired == DesiredPower.Running).ToArray();
        if (how.Stop is null && running.Length > 0)
        {
            throw new HasDependentsException($"Workspace '{place.Workspace.Name}' has sessions, which a restored machine starts anew: {string.Join(", ", running.Select(session => session.Name))}.")
            {
                Target = place.Workspace.Name,
                Recommendation = $"Restore-AgwSnapshot {row.Name} -Workspace {place.Workspace.Name} -Force",
            };
        }

        using var held = await LockAsync(place.Vm.Name, cancellationToken).ConfigureAwait(false);
        await machines.CloseAsync(place.Vm.Id).ConfigureAwait(false);
        await Disks(place.Vm).RestoreAsync(Machine(place.Vm), row.Id, scope, cancellationToken).ConfigureAwait(false);
        store.Write(state => state.Update(state.GetVm(place.Vm.Id)! with { Suspended = false }));
        if (place.Vm.DesiredPower == DesiredPower.Running)
        {
            scope.Record("start");
            await platforms.Get(place.Vm.Platform).StartAsync(Machine(place.Vm), scope.Events, cancellationToken).ConfigureAwait(false);
            scope.Record("agents and sessions");
            await _restored.SettleAsync(scope, place.Vm, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            scope.Events.Report(new WarningEvent(
                $"The machine of workspace '{place.Workspace.Name}' is off: agents, sessions and git credentials in it are those of the snapshot. After its start, Initialize-AgwAgent and Start-AgwSession bring those that are missing."));
        }
    }

    public async Task RemoveAsync(OperationScope scope, SnapshotPlace place, IReadOnlyList<SnapshotRow> rows, CancellationToken cancellationToken)
    {
        using var held = await LockAsync(place.Vm.Name, cancellationToken).ConfigureAwait(false);
        foreach (var row in rows)
        {
            await Disks(place.Vm).RemoveSnapshotAsync(Machine(place.Vm), row.Id, cancellationToken).ConfigureAwait(false);
        }
    }

    public Task<IReadOnlyDictionary<string, SnapshotSize>> MeasureAsync(
        VmRow vm, IReadOnlyList<(WorkspaceRow Workspace, SnapshotRow Snapshot)> snapshots, CancellationToken cancellationToken) =>
        Disks(vm).MeasureAsync(Machine(vm), [.. snapshots.Select(one => one.Snapshot.Id)], cancellationToken);

    // Locks of machines come after those of workspaces, so they are taken in the work itself.
    public IReadOnlyList<(string Kind, string Name)> LocksFor(IReadOnlyList<string> names) => [];

    public WorkspaceRow PlanFork(StateWriter state, SnapshotPlace source, string name, WorkspaceRow? old)
    {
        if (old is not null)
        {
            return old;
        }

        DedicatedMaker.Validate(name);
        var vm = source.Vm with
        {
            Id = Identifier.New(),
            Name = name,
            HostName = name,
            State = LifecycleState.Creating,
            DesiredPower = DesiredPower.Running,
            Suspended = false,
            PlatformData = "{}",
            NetworkData = "{}",
            Created = clock.GetUtcNow(),
        };
        maker.RequireQuota(state, vm);
        state.Insert(vm);
        return source.Workspace with
        {
            Id = Identifier.New(),
            Name = name,
            VmId = vm.Id,
            FromPool = false,
            ReadyMilliseconds = null,
            Created = vm.Created,
        };
    }

    public async Task<IReadOnlyList<ForkMade>> ForkAsync(
        OperationScope scope, SnapshotPlace source, SnapshotRow? snapshot, IReadOnlyList<WorkspaceRow> forks, IEventSink events, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        var disks = Disks(source.Vm);
        var id = snapshot?.Id ?? LiveId(source.Vm);
        string? head;
        try
        {
            head = snapshot is null ? await SaveLiveAsync(scope, source, id, cancellationToken).ConfigureAwait(false) : snapshot.HeadCommit;
        }
        catch (AgentworksException e)
        {
            return await Task.WhenAll(forks.Select(fork => WithdrawAsync(scope.Within(fork.Name), fork, e, cancellationToken))).ConfigureAwait(false);
        }

        using var places = new SemaphoreSlim(Parallel);
        var made = await Task.WhenAll(forks.Select(fork => ForkOneAsync(scope.Within(fork.Name), source, id, fork with { ForkPoint = head }, places, began, cancellationToken))).ConfigureAwait(false);
        if (snapshot is null)
        {
            scope.Record("remove snapshot " + id);
            await disks.RemoveSnapshotAsync(Machine(source.Vm), id, cancellationToken).ConfigureAwait(false);
        }

        return made;
    }

    public async Task PromoteAsync(OperationScope scope, SnapshotPlace fork, CancellationToken cancellationToken)
    {
        using var held = await LockAsync(fork.Vm.Name, cancellationToken).ConfigureAwait(false);
        await Disks(fork.Vm).PromoteAsync(Machine(fork.Vm), scope, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The snapshot that exists while a machine is forked as it is.</summary>
    internal static string LiveId(VmRow vm) => "live-" + vm.Id;

    /// <returns>The commit that is checked out.</returns>
    private async Task<string?> SaveLiveAsync(OperationScope scope, SnapshotPlace source, string id, CancellationToken cancellationToken)
    {
        var head = await WorkspaceHead.FindAsync(machines, source.Vm, source.Workspace, cancellationToken).ConfigureAwait(false);
        using var held = await LockAsync(source.Vm.Name, cancellationToken).ConfigureAwait(false);
        scope.Record("snapshot " + id);

        // One that a killed run left is of then, not of now.
        await Disks(source.Vm).RemoveSnapshotAsync(Machine(source.Vm), id, cancellationToken).ConfigureAwait(false);
        await Disks(source.Vm).SnapshotAsync(Machine(source.Vm), id, memory: false, scope, cancellationToken).ConfigureAwait(false);
        return head;
    }

    /// <summary>Takes back a fork that cannot be made; what a run before this one made of it goes too.</summary>
    private async Task<ForkMade> WithdrawAsync(OperationScope scope, WorkspaceRow fork, AgentworksException cause, CancellationToken cancellationToken)
    {
        using var held = await LockAsync(fork.Name, cancellationToken).ConfigureAwait(false);
        await maker.UndoAsync(scope, store.Read(state => state.GetVm(fork.VmId))!, cancellationToken).ConfigureAwait(false);
        return new ForkMade(fork.Name, null, cause, Undone: store.Read(state => state.GetVm(fork.VmId)) is null);
    }

    private async Task<ForkMade> ForkOneAsync(
        OperationScope scope, SnapshotPlace source, string snapshotId, WorkspaceRow fork, SemaphoreSlim places, long began, CancellationToken cancellationToken)
    {
        await places.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var held = await LockAsync(fork.Name, cancellationToken).ConfigureAwait(false);
            var vm = store.Read(state => state.GetVm(fork.VmId))!;
            await maker.BringUpAsync(
                scope, fork, vm,
                (platform, spec) => ((IDiskSnapshots)platform).CloneAsync(spec, Machine(source.Vm), snapshotId, scope, scope.Events, cancellationToken),
                began,
                cancellationToken).ConfigureAwait(false);
            await _restored.SettleAsync(scope, vm, cancellationToken).ConfigureAwait(false);
            return new ForkMade(fork.Name, store.Read(state => state.GetWorkspace(fork.Id))! with { ForkPoint = fork.ForkPoint }, null);
        }
        catch (AgentworksException e)
        {
            return new ForkMade(fork.Name, null, e, Undone: store.Read(state => state.GetVm(fork.VmId)) is null);
        }
        finally
        {
            places.Release();
        }
    }

    private PlatformMachine Machine(VmRow vm) => vm.ToMachine(store.OwnerTag);

    private IDiskSnapshots Disks(VmRow vm) => platforms.Get(vm.Platform) as IDiskSnapshots
        ?? throw new NotSupportedByPlatformException($"The platform {vm.Platform} cannot save the disk of a machine.") { Target = vm.Name };

    private Task<IDisposable> LockAsync(string vm, CancellationToken cancellationToken) => store.Locks.AcquireAsync(EntityKind.Vm, vm, LockTimeout, cancellationToken);
}
