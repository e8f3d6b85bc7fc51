using Agentworks.Dedicated;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Git.Work;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Ports;
using Agentworks.Secrets;
using Agentworks.Snapshots;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;
using Agentworks.Variables;
using Agentworks.Workspaces;

namespace Agentworks.Preparing;

/// <summary>
/// Prepares workspaces: a repository, set-up commands, and a snapshot of the outcome to fork from. As long as the inputs are the same, the snapshot
/// is there at once. Each part is an operation of its own that converges; how far it all has come is recorded, so the next call goes on.
/// </summary>
public sealed class PreparationService(
    StateStore store,
    MachineConnections machines,
    OperationRunner operations,
    WorkspaceService workspaces,
    Func<DedicatedService> dedicated,
    GitImporter imports,
    SnapshotService snapshots,
    VariablePlanner variables,
    SecretResolver secrets,
    IProcessRunner processes,
    TimeProvider clock)
{
    private static readonly TimeSpan TurnLimit = TimeSpan.FromHours(12);
    private readonly SetupRunner _setup = new(store, machines, variables, secrets, clock);

    /// <exception cref="SetupFailedException">A command failed; the workspace stays for a look.</exception>
    /// <exception cref="HasDependentsException">The inputs have changed, and forks need the snapshot of the old ones.</exception>
    public async Task<AgwPreparedSnapshot> PrepareAsync(PrepareWorkspace request, IEventSink events, CancellationToken cancellationToken)
    {
        var name = request.Workspace.Name;
        Naming.Validate(EntityKind.Workspace, name);
        Naming.ValidateSnapshot(request.SnapshotName);
        if (request.SetupCommands.FirstOrDefault(command => string.IsNullOrWhiteSpace(command) || command.Contains('\0', StringComparison.Ordinal)) is not null)
        {
            throw new InvalidRequestException("A set-up command is empty or holds a zero byte.") { Target = name };
        }

        var hash = await PreparationInputs.HashAsync(request, processes, cancellationToken).ConfigureAwait(false);
        using var turn = await TakeTurnAsync(name, events, cancellationToken).ConfigureAwait(false);
        if (!request.Force && Find(name, request.SnapshotName) is { State: LifecycleState.Ready } ready && ready.InputsHash == hash)
        {
            return new AgwPreparedSnapshot(Model(ready)) { Reused = true };
        }

        RequireFree(name, request.SnapshotName);
        var preparation = await MakeAsync(request, hash, events, cancellationToken).ConfigureAwait(false);
        var steps = await operations.RunAsync(
            "Initialize-AgwWorkspace",
            EntityKind.Workspace,
            name,
            events,
            scope =>
            {
                var (row, vm) = Place(name);
                return _setup.RunAsync(scope, request, row, vm, preparation, cancellationToken);
            },
            cancellationToken).ConfigureAwait(false);
        if (Find(name, request.SnapshotName) is { } old)
        {
            await snapshots.RemoveAsync(name, old.Name, events, cancellationToken).ConfigureAwait(false);
        }

        var made = await snapshots.CreateAsync(new NewSnapshot { Workspace = name, Name = request.SnapshotName, InputsHash = hash }, events, cancellationToken).ConfigureAwait(false);
        store.Write(state => state.DeletePreparation(preparation.WorkspaceId));
        return new AgwPreparedSnapshot(made) { StepResults = steps };
    }

    /// <summary>The workspace with its repository, new or as it is to be gone on with.</summary>
    private async Task<PreparationRow> MakeAsync(PrepareWorkspace request, string hash, IEventSink events, CancellationToken cancellationToken)
    {
        var name = request.Workspace.Name;
        var row = store.Read(state => state.FindWorkspace(name));
        if (row is null or { State: LifecycleState.Creating })
        {
            _ = request.Dedicated is { } own
                ? await dedicated().CreateAsync(own, events, cancellationToken).ConfigureAwait(false)
                : await workspaces.CreateAsync(request.Workspace, events, cancellationToken).ConfigureAwait(false);
            return Put(new PreparationRow(store.Read(state => state.RequireWorkspace(name)).Id, hash, 0));
        }

        var (place, vm) = Place(name);
        if ((request.Dedicated is not null) != (place.Isolation == WorkspaceIsolation.Dedicated))
        {
            throw new AlreadyExistsException(EntityKind.Workspace, name)
            {
                Target = name,
                Recommendation = place.Isolation == WorkspaceIsolation.Dedicated ? "It has a machine of its own: add -Isolated, or choose another name." : "It shares a machine: leave out -Isolated, or choose another name.",
            };
        }

        var begun = store.Read(state => state.FindPreparation(place.Id));
        if (begun?.InputsHash == hash && begun.Done != PreparationRow.ToBeCleared && !request.Force)
        {
            return begun;
        }

        if (begun is null && !request.Force && store.Read(state => state.ListSnapshots(place.Id)).All(snapshot => snapshot.InputsHash is null))
        {
            // It was made by other means, or its maker died right after: what is in it stays.
            var source = RepositorySource.Parse(request.Workspace.Repository);
            return source is null || place.Repository == (source.Folder ?? source.Url)
                ? Put(new PreparationRow(place.Id, hash, 0))
                : throw new AlreadyExistsException(EntityKind.Workspace, name)
                {
                    Target = name,
                    Recommendation = "It was not made of this repository: choose another name, or add -Force to make it anew; a snapshot of what is there is taken first.",
                };
        }

        // What a preparation that never came to its end has left is worth nothing.
        if (begun is null)
        {
            var saved = await snapshots.CreateAsync(new NewSnapshot { Workspace = name }, events, cancellationToken).ConfigureAwait(false);
            events.Report(new WarningEvent($"Workspace '{name}' is made anew. What was in it is snapshot '{saved.Name}'."));
        }

        await RefillAsync(request, Put(new PreparationRow(place.Id, hash, PreparationRow.ToBeCleared)), place, vm, events, cancellationToken).ConfigureAwait(false);
        return Put(new PreparationRow(place.Id, hash, 0));
    }

    private async Task RefillAsync(PrepareWorkspace request, PreparationRow preparation, WorkspaceRow row, VmRow vm, IEventSink events, CancellationToken cancellationToken)
    {
        await operations.RunAsync(
            "Initialize-AgwWorkspace",
            EntityKind.Workspace,
            row.Name,
            events,
            scope =>
            {
                scope.Record("clear the workspace");
                return machines.Shell(vm).RequireAsync(
                    new RemoteCommand
                    {
                        Script = "find \"$1\" -mindepth 1 -delete",
                        Arguments = [row.Path],
                        OperationId = scope.RemoteId("clear"),
                        OnDisconnect = DisconnectAction.Finish,
                        Timeout = TimeSpan.FromMinutes(10),
                    },
                    $"Clearing workspace '{row.Name}'",
                    cancellationToken);
            },
            cancellationToken).ConfigureAwait(false);
        if (request.Workspace.Repository is { } url)
        {
            await foreach (var outcome in imports.ImportAsync(
                [new GitTarget(row.Name)], new ImportGitRepository { Url = url, Branch = request.Workspace.Branch }, events, cancellationToken).ConfigureAwait(false))
            {
                if (outcome.Error is { } error)
                {
                    throw error;
                }
            }
        }

        store.Write(state => state.Update(state.GetWorkspace(preparation.WorkspaceId)! with { Repository = request.Workspace.Repository, Branch = request.Workspace.Branch }));
    }

    /// <summary>One call at a time for each name; who comes second waits, and mostly finds the snapshot there.</summary>
    private async Task<IDisposable> TakeTurnAsync(string name, IEventSink events, CancellationToken cancellationToken)
    {
        try
        {
            return await store.Locks.AcquireAsync(EntityKind.Preparation, name, TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        }
        catch (ResourceBusyException)
        {
            var activity = $"Preparing {name}";
            events.Report(new ProgressEvent(activity, "Waiting for another call that prepares it"));
            var turn = await store.Locks.AcquireAsync(EntityKind.Preparation, name, TurnLimit, cancellationToken).ConfigureAwait(false);
            events.Report(new ProgressEvent(activity, string.Empty, Completed: true));
            return turn;
        }
    }

    /// <summary>Before anything is changed: whether the old snapshot could go.</summary>
    private void RequireFree(string workspace, string name)
    {
        var forks = store.Read(state => Find(state, workspace, name) is { } old ? state.ListForks(old.Id) : []);
        if (forks.Count > 0)
        {
            throw new HasDependentsException($"Snapshot '{name}' of workspace '{workspace}' is of other inputs, and forks need it: {string.Join(", ", forks.Select(fork => fork.Name))}.")
            {
                Target = name,
                Recommendation = "Remove the forks, or prepare under another name: -SnapshotName",
            };
        }
    }

    private PreparationRow Put(PreparationRow row)
    {
        store.Write(state => state.Put(row));
        return row;
    }

    private SnapshotRow? Find(string workspace, string name) => store.Read(state => Find(state, workspace, name));

    private static SnapshotRow? Find(StateReader state, string workspace, string name) =>
        state.FindWorkspace(workspace) is { } row ? state.FindSnapshot(row.Id, name) : null;

    private AgwSnapshot Model(SnapshotRow row) => snapshots.List().First(snapshot => snapshot.Id == row.Id);

    private (WorkspaceRow Row, VmRow Vm) Place(string name) => store.Read(state =>
    {
        var row = state.RequireWorkspace(name);
        return (row, state.GetVm(row.VmId)!);
    });
}
