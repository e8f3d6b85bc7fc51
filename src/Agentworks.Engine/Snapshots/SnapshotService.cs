using System.Globalization;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Platforms;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Snapshots;

/// <summary>
/// Snapshots of workspaces, whichever way they are kept. They form a tree: restoring one destroys no other, and a snapshot's parent is the one
/// that the workspace's files came from when it was made.
/// </summary>
public sealed class SnapshotService
{
    private readonly StateStore _store;
    private readonly OperationRunner _operations;
    private readonly MachinePower _power;
    private readonly IReadOnlyList<ISnapshotProvider> _providers;
    private readonly TimeProvider _clock;
    private readonly StateModel _model;

    internal SnapshotService(StateStore store, OperationRunner operations, MachinePower power, IReadOnlyList<ISnapshotProvider> providers, TimeProvider clock)
    {
        (_store, _operations, _power, _providers, _clock) = (store, operations, power, providers, clock);
        _model = new StateModel(store);
    }

    /// <summary>What is recorded, by workspace and age; nothing is asked, so sizes are null.</summary>
    public IReadOnlyList<AgwSnapshot> List() => _model.Snapshots();

    /// <summary>The same snapshots with their sizes, machine by machine as each answers. A machine that does not answer is a warning, and its sizes stay null.</summary>
    public IAsyncEnumerable<AgwSnapshot> MeasureAsync(IReadOnlyList<AgwSnapshot> snapshots, IEventSink events, CancellationToken cancellationToken) =>
        FanOut.RunAsync<IGrouping<string, AgwSnapshot>, AgwSnapshot>(
            snapshots.GroupBy(snapshot => snapshot.Vm, StringComparer.Ordinal),
            async (group, output, cancel) =>
            {
                foreach (var snapshot in await AskAsync([.. group], events, cancel).ConfigureAwait(false))
                {
                    output.TryWrite(snapshot);
                }
            },
            cancellationToken);

    /// <exception cref="AlreadyExistsException">The workspace has one of that name.</exception>
    public Task<AgwSnapshot> CreateAsync(NewSnapshot request, IEventSink events, CancellationToken cancellationToken)
    {
        if (request.Name is not null)
        {
            Naming.ValidateSnapshot(request.Name);
        }

        return _operations.RunAsync(
            "New-AgwSnapshot",
            EntityKind.Workspace,
            request.Workspace,
            events,
            async scope => Model(await MakeAsync(scope, request, cancellationToken).ConfigureAwait(false)),
            cancellationToken);
    }

    /// <exception cref="HasDependentsException">Something stands in what would be replaced.</exception>
    public Task<AgwSnapshot> RestoreAsync(RestoreSnapshot request, IEventSink events, CancellationToken cancellationToken) =>
        _operations.RunAsync(
            "Restore-AgwSnapshot",
            EntityKind.Workspace,
            request.Workspace,
            events,
            async scope =>
            {
                var (place, row) = _store.Read(state => (Place(state, request.Workspace), RequireSnapshot(state, request.Workspace, request.Name)));
                if (row.State != LifecycleState.Ready)
                {
                    throw new NotReadyException($"Snapshot '{row.Name}' is not whole: {row.State}.") { Target = row.Name, Recommendation = $"Remove-AgwSnapshot {row.Name} -Workspace {request.Workspace}" };
                }

                if (request.Checkpoint)
                {
                    var saved = await MakeAsync(scope.Within("checkpoint"), new NewSnapshot { Workspace = request.Workspace }, cancellationToken).ConfigureAwait(false);
                    scope.Events.Report(new DetailEvent($"What was there is snapshot {saved.Name}."));
                }

                scope.Record("files of the snapshot");
                await Provider(place).RestoreAsync(scope, place, row, request, cancellationToken).ConfigureAwait(false);
                scope.Record("snapshot recorded");
                _store.Write(state => state.Update(state.GetWorkspace(place.Workspace.Id)! with { AtSnapshotId = row.Id }));
                if (request.RemoveNewer)
                {
                    await RemoveNewerAsync(scope, place, row, cancellationToken).ConfigureAwait(false);
                }

                return Model(row);
            },
            cancellationToken);

    /// <exception cref="HasDependentsException">Forks need it.</exception>
    public Task RemoveAsync(string workspace, string name, IEventSink events, CancellationToken cancellationToken) =>
        _operations.RunAsync(
            "Remove-AgwSnapshot",
            EntityKind.Workspace,
            workspace,
            events,
            async scope =>
            {
                var (place, row, forks) = _store.Read(state =>
                {
                    var found = RequireSnapshot(state, workspace, name);
                    return (Place(state, workspace), found, state.ListForks(found.Id));
                });
                if (forks.Count > 0)
                {
                    throw SnapshotDependents.Of($"Snapshot '{name}' of workspace '{workspace}'", name, forks);
                }

                await RemoveAsync(scope, place, [row], cancellationToken).ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>Makes a fork independent of its snapshot, which may be removed then; its lineage is still told. One that needs none is left alone.</summary>
    public Task PromoteAsync(string fork, IEventSink events, CancellationToken cancellationToken) =>
        _operations.RunAsync(
            "Repair-AgwWorkspace",
            EntityKind.Workspace,
            fork,
            events,
            async scope =>
            {
                var place = _store.Read(state => Place(state, fork));
                if (place.Workspace.ParentSnapshotId is not null)
                {
                    scope.Record("promote the fork");
                    await Provider(place).PromoteAsync(scope, place, cancellationToken).ConfigureAwait(false);
                    _store.Write(state => state.Update(state.GetWorkspace(place.Workspace.Id)! with { ParentSnapshotId = null }));
                }
            },
            cancellationToken);

    /// <summary>The same for all forks of a workspace's snapshots.</summary>
    public async Task PromoteForksAsync(string workspace, IEventSink events, CancellationToken cancellationToken)
    {
        foreach (var fork in List().Where(snapshot => snapshot.Workspace == workspace).SelectMany(snapshot => snapshot.Forks))
        {
            await PromoteAsync(fork, events, cancellationToken).ConfigureAwait(false);
        }
    }

    internal ISnapshotProvider Provider(SnapshotPlace place) => _providers.FirstOrDefault(provider => provider.Serves(place))
        ?? throw new NotSupportedByPlatformException($"Workspace '{place.Workspace.Name}' on platform {place.Vm.Platform} cannot have snapshots.") { Target = place.Workspace.Name };

    internal static SnapshotRow RequireSnapshot(StateReader state, string workspace, string name) =>
        state.FindSnapshot(state.RequireWorkspace(workspace).Id, name)
        ?? throw new NotFoundException(EntityKind.Snapshot, name) { Target = name, Recommendation = $"Get-AgwSnapshot -Workspace {workspace}" };

    private static SnapshotPlace Place(StateReader state, string workspace)
    {
        var row = state.RequireWorkspace(workspace);
        return new SnapshotPlace(row, state.GetVm(row.VmId)!);
    }

    private async Task<SnapshotRow> MakeAsync(OperationScope scope, NewSnapshot request, CancellationToken cancellationToken)
    {
        var (place, row) = Insert(request);
        scope.Record("snapshot on the machine");
        SnapshotMade made;
        try
        {
            made = await Provider(place).CreateAsync(scope, place, row, request.Memory, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AgentworksException and not OutcomeUnknownException)
        {
            await WithdrawAsync(scope, place, row, e, cancellationToken).ConfigureAwait(false);
            throw;
        }

        scope.Record("snapshot recorded");
        return _store.Write(state =>
        {
            row = row with
            {
                State = LifecycleState.Ready,
                Provider = made.Provider,
                Data = made.Data,
                HeadCommit = made.HeadCommit,
                HasMemory = made.HasMemory,
                ParentId = made.ParentId is { } parent && parent != row.Id && state.GetSnapshot(parent)?.WorkspaceId == row.WorkspaceId ? parent : row.ParentId,
            };
            state.Update(row);
            state.Update(state.GetWorkspace(row.WorkspaceId)! with { AtSnapshotId = row.Id });
            return row;
        });
    }

    private (SnapshotPlace Place, SnapshotRow Row) Insert(NewSnapshot request) => _store.Write(state =>
    {
        var place = Place(state, request.Workspace);
        var now = _clock.GetUtcNow();
        var name = request.Name ?? FreeName(state, place.Workspace.Id, now);
        if (state.FindSnapshot(place.Workspace.Id, name) is { } old)
        {
            // Its maker died; it is made anew.
            return old.State == LifecycleState.Creating
                ? (place, old)
                : throw new AlreadyExistsException(EntityKind.Snapshot, name) { Target = name, Recommendation = $"Remove-AgwSnapshot {name} -Workspace {request.Workspace}, or choose another name." };
        }

        return (place, state.Insert(new SnapshotRow
        {
            Id = Identifier.New(),
            Name = name,
            WorkspaceId = place.Workspace.Id,
            ParentId = place.Workspace.AtSnapshotId,
            Scope = Provider(place).Scope,
            State = LifecycleState.Creating,
            InputsHash = request.InputsHash,
            Created = now,
        }));
    });

    private static string FreeName(StateReader state, string workspaceId, DateTimeOffset now)
    {
        var name = now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        for (var number = 2; state.FindSnapshot(workspaceId, name) is not null; number++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{now.UtcDateTime:yyyyMMdd-HHmmss}-{number}");
        }

        return name;
    }

    /// <summary>When this fails too, the record stays for Remove-AgwSnapshot, or the same command again.</summary>
    private async Task WithdrawAsync(OperationScope scope, SnapshotPlace place, SnapshotRow row, Exception cause, CancellationToken cancellationToken)
    {
        try
        {
            if (cause is RemoteCommandException or PlatformException or DiskFullException or OperationTimedOutException)
            {
                await Provider(place).RemoveAsync(scope.Within("undo"), place, [row], cancellationToken).ConfigureAwait(false);
            }

            _store.Write(state => state.DeleteSnapshot(row.Id));
        }
        catch (AgentworksException e)
        {
            scope.Events.Report(new WarningEvent($"What was made of snapshot '{row.Name}' could not be undone ({e.Message}). Run: Remove-AgwSnapshot {row.Name} -Workspace {place.Workspace.Name}"));
        }
    }

    private async Task RemoveAsync(OperationScope scope, SnapshotPlace place, IReadOnlyList<SnapshotRow> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return;
        }

        _store.Write(state =>
        {
            foreach (var row in rows)
            {
                state.Update(row with { State = LifecycleState.Removing });
            }
        });
        scope.Record($"remove from the machine {string.Join(", ", rows.Select(row => row.Name))}");
        await Provider(place).RemoveAsync(scope, place, rows, cancellationToken).ConfigureAwait(false);
        scope.Record("records of them");
        _store.Write(state =>
        {
            foreach (var row in rows)
            {
                state.DeleteSnapshot(row.Id);
            }
        });
    }

    /// <summary>Those that descend from it, the youngest first; what forks need stays, with a warning.</summary>
    private async Task RemoveNewerAsync(OperationScope scope, SnapshotPlace place, SnapshotRow row, CancellationToken cancellationToken)
    {
        var (newer, needed) = _store.Read(state =>
        {
            var all = state.ListSnapshots(place.Workspace.Id).ToLookup(one => one.ParentId, StringComparer.Ordinal);
            var found = new List<SnapshotRow>();
            for (var queue = new Queue<string>([row.Id]); queue.TryDequeue(out var id);)
            {
                foreach (var child in all[id].Where(child => child.Id != row.Id))
                {
                    found.Add(child);
                    queue.Enqueue(child.Id);
                }
            }

            var forked = found.Where(one => state.ListForks(one.Id).Count > 0).ToList();
            return (found.Except(forked).Reverse().ToList(), forked);
        });
        await RemoveAsync(scope.Within("newer"), place, newer, cancellationToken).ConfigureAwait(false);
        if (needed.Count > 0)
        {
            scope.Events.Report(new WarningEvent($"These snapshots of workspace '{place.Workspace.Name}' stay, because forks need them: {string.Join(", ", needed.Select(one => one.Name))}."));
        }
    }

    private async Task<IReadOnlyList<AgwSnapshot>> AskAsync(IReadOnlyList<AgwSnapshot> snapshots, IEventSink events, CancellationToken cancellationToken)
    {
        var vm = _store.Read(state => state.FindVm(snapshots[0].Vm));
        var rows = _store.Read(state => snapshots.Select(one => state.GetSnapshot(one.Id)).OfType<SnapshotRow>()
            .Where(row => row.State == LifecycleState.Ready)
            .Select(row => (Workspace: state.GetWorkspace(row.WorkspaceId)!, Snapshot: row)).ToArray());
        var sizes = new Dictionary<string, SnapshotSize>(StringComparer.Ordinal);
        try
        {
            foreach (var group in rows.GroupBy(row => Provider(new SnapshotPlace(row.Workspace, vm!))))
            {
                foreach (var (id, size) in await group.Key.MeasureAsync(vm!, [.. group], cancellationToken).ConfigureAwait(false))
                {
                    sizes[id] = size;
                }
            }
        }
        catch (ConnectionFailedException e)
        {
            events.Report(new WarningEvent($"Sizes of snapshots on VM '{vm!.Name}' are not known: {(await _power.ExplainAsync(vm, e, cancellationToken).ConfigureAwait(false)).Message}"));
        }
        catch (AgentworksException e)
        {
            events.Report(new WarningEvent($"Sizes of snapshots on VM '{vm!.Name}' are not known: {e.Message}"));
        }

        return [.. snapshots.Select(one => sizes.TryGetValue(one.Id, out var size) ? one with { UsedBytes = size.Used, ReferencedBytes = size.Referenced } : one)];
    }

    private AgwSnapshot Model(SnapshotRow row) => List().First(snapshot => snapshot.Id == row.Id);
}
