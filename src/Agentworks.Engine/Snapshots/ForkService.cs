using System.Text.Json;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Platforms;
using Agentworks.State.Rows;
using Agentworks.State;

namespace Agentworks.Snapshots;

/// <summary>
/// Makes workspaces of a snapshot, or of a workspace as it is: all of a call at once, each whole or not there. The source stays as it is and need
/// not be at rest. Sessions and explicit grants are not copied.
/// </summary>
public sealed class ForkService(StateStore store, OperationRunner operations, SnapshotService snapshots, Limits.RateLimiter limiter)
{
    private readonly StateModel _model = new(store);

    /// <summary>One outcome per name, in their order.</summary>
    /// <exception cref="NotFoundException">There is no such workspace or snapshot.</exception>
    public async Task<IReadOnlyList<BatchOutcome<AgwWorkspace>>> ForkAsync(ForkWorkspace request, IEventSink events, CancellationToken cancellationToken)
    {
        var errors = new Dictionary<string, AgentworksException>(StringComparer.Ordinal);
        var names = request.Names.Distinct(StringComparer.Ordinal).ToArray();
        foreach (var name in names)
        {
            try
            {
                Naming.Validate(EntityKind.Workspace, name);
                if (name == request.Source)
                {
                    throw Taken(name);
                }
            }
            catch (AgentworksException e)
            {
                errors[name] = e;
            }
        }

        string[] wanted = [.. names.Where(name => !errors.ContainsKey(name))];
        var made = new Dictionary<string, string>(StringComparer.Ordinal);
        if (wanted.Length > 0)
        {
            var (provider, isolation) = store.Read(state => Find(state, request.Source) is var source ? (snapshots.Provider(source), source.Workspace.Isolation) : default);
            if (isolation == WorkspaceIsolation.Dedicated)
            {
                await limiter.CreateAsync(request.NoWait, events, cancellationToken).ConfigureAwait(false);
            }

            await operations.RunWithAsync<object?>(
                "Copy-AgwWorkspace",
                EntityKind.Workspace,
                wanted,
                [(EntityKind.Workspace, request.Source), .. provider.LocksFor(wanted)],
                events,
                async scope =>
                {
                    await ForkAsync(scope, request, provider, wanted, made, errors, cancellationToken).ConfigureAwait(false);
                    return null;
                },
                cancellationToken).ConfigureAwait(false);
        }

        var models = _model.Workspaces().ToDictionary(workspace => workspace.Id, StringComparer.Ordinal);
        return [.. names.Select(name => errors.TryGetValue(name, out var error)
            ? new BatchOutcome<AgwWorkspace>(name, null, error)
            : new BatchOutcome<AgwWorkspace>(name, models[made[name]], null))];
    }

    private async Task ForkAsync(
        OperationScope scope,
        ForkWorkspace request,
        ISnapshotProvider provider,
        IReadOnlyList<string> names,
        Dictionary<string, string> made,
        Dictionary<string, AgentworksException> errors,
        CancellationToken cancellationToken)
    {
        var (source, snapshot, rows, resumed) = Insert(request, provider, names, errors);
        if (rows.Count == 0)
        {
            return;
        }

        scope.Record("files on the machine");
        IReadOnlyList<ForkMade> outcomes;
        try
        {
            outcomes = await provider.ForkAsync(scope, source, snapshot, rows, scope.Events, cancellationToken).ConfigureAwait(false);
        }
        catch (AgentworksException e) when (e is ConnectionFailedException or NotReadyException)
        {
            // It certainly did not begin, so there is nothing to find again later; unless a run before this one began it.
            outcomes = [.. rows.Select(row => new ForkMade(row.Name, null, e, Undone: !resumed.Contains(row.Name)))];
        }

        scope.Record("workspaces recorded");
        store.Write(state =>
        {
            foreach (var outcome in outcomes)
            {
                if (outcome.Row is { } row)
                {
                    state.Update(row);
                }
                else if (outcome.Undone)
                {
                    state.DeleteWorkspace(rows.First(one => one.Name == outcome.Name).Id);
                }
            }
        });
        foreach (var outcome in outcomes)
        {
            if (outcome.Error is { } error)
            {
                errors[outcome.Name] = error;
                if (!outcome.Undone)
                {
                    scope.Events.Report(new WarningEvent($"What was made of workspace '{outcome.Name}' could not be undone. Run the command again, or: Remove-AgwWorkspace {outcome.Name}"));
                }
            }
            else
            {
                made[outcome.Name] = outcome.Row!.Id;
            }
        }
    }

    private (SnapshotPlace Source, SnapshotRow? Snapshot, IReadOnlyList<WorkspaceRow> Rows, HashSet<string> Resumed) Insert(
        ForkWorkspace request, ISnapshotProvider provider, IReadOnlyList<string> names, Dictionary<string, AgentworksException> errors) => store.Write(state =>
    {
        var source = Find(state, request.Source);
        var snapshot = request.Snapshot is null ? null : SnapshotService.RequireSnapshot(state, request.Source, request.Snapshot);
        if (snapshot is { State: not LifecycleState.Ready })
        {
            throw new NotReadyException($"Snapshot '{snapshot.Name}' is not whole: {snapshot.State}.") { Target = snapshot.Name, Recommendation = $"Remove-AgwSnapshot {snapshot.Name} -Workspace {request.Source}" };
        }

        var rows = new List<WorkspaceRow>();
        var resumed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var old = state.FindWorkspace(name);
            if (old is not null && (old.State != LifecycleState.Creating || old.CopiedFrom != source.Workspace.Name || old.ParentSnapshotId != snapshot?.Id))
            {
                errors[name] = Taken(name);
                continue;
            }

            // One whose maker died is finished: what is there is whole or is made anew.
            var row = provider.PlanFork(state, source, name, old) with
            {
                State = LifecycleState.Creating,
                CopiedFrom = source.Workspace.Name,
                ParentWorkspace = source.Workspace.Name,
                ParentSnapshot = snapshot?.Name,
                ParentSnapshotId = snapshot?.Id,
                ForkPoint = snapshot?.HeadCommit,
                AtSnapshotId = null,
            };
            if (request.AllowInternet)
            {
                AllowInternet(state, row);
            }

            if (old is null)
            {
                row = state.Insert(row);
                state.InheritEnvironmentVariables(source.Workspace.Id, row.Id);
            }
            else
            {
                state.Update(row);
                resumed.Add(name);
            }

            rows.Add(row);
        }

        return (source, snapshot, (IReadOnlyList<WorkspaceRow>)rows, resumed);
    });

    private static void AllowInternet(StateWriter state, WorkspaceRow row)
    {
        if (row.Isolation != WorkspaceIsolation.Dedicated)
        {
            throw new InvalidRequestException("What a shared workspace reaches is its machine's business.") { Target = row.Name, Recommendation = "Leave -AllowInternet out." };
        }

        var vm = state.GetVm(row.VmId)!;
        var rules = vm.ToMachine().Spec.Network ?? NetworkRules.Closed;
        state.Update(vm with { NetworkRulesJson = JsonSerializer.Serialize(rules with { AllowInternet = true, AllowedHosts = [] }) });
    }

    private static SnapshotPlace Find(StateReader state, string name)
    {
        var row = state.RequireWorkspace(name);
        return new SnapshotPlace(row, state.GetVm(row.VmId)!);
    }

    private static AlreadyExistsException Taken(string name) => new(EntityKind.Workspace, name)
    {
        Target = name,
        Recommendation = $"Get-AgwWorkspace {name}, or choose another name.",
    };
}
