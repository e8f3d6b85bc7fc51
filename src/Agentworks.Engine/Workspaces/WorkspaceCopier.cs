using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Git;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Snapshots;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Workspaces;

/// <summary>
/// Copies workspaces, beside their source or to another machine. The source stays as it is and need not be at rest: on a copy-on-write
/// store the copy is of one instant. Sessions and explicit grants are not copied.
/// </summary>
/// <remarks>
/// Files of agents stay theirs when the agent may enter the copy (it is granted every workspace of the machine); all others become the
/// copy's own user's. On another machine there are other agents, so everything becomes that user's.
/// </remarks>
public sealed class WorkspaceCopier(
    StateStore store, MachineConnections machines, OperationRunner operations, WorkspaceService workspaces, ForkService forks, TimeProvider clock)
{
    /// <summary>On its own machine it is a fork; to another one its files travel.</summary>
    /// <exception cref="AlreadyExistsException">The new name is taken.</exception>
    public async Task<AgwWorkspace> CopyAsync(CopyWorkspace request, IEventSink events, CancellationToken cancellationToken)
    {
        Naming.Validate(EntityKind.Workspace, request.Name);
        if (request.Name == request.Source)
        {
            throw Taken(request.Name);
        }

        var there = request.Vm is null ? null : store.Read(state => state.RequireVm(request.Vm));
        if (there is null || store.Read(state => state.RequireWorkspace(request.Source)).VmId == there.Id)
        {
            var outcomes = await forks.ForkAsync(new ForkWorkspace(request.Source, [request.Name], request.Snapshot), events, cancellationToken).ConfigureAwait(false);
            return outcomes[0].Value ?? throw outcomes[0].Error!;
        }

        return await operations.RunWithAsync(
            "Copy-AgwWorkspace",
            EntityKind.Workspace,
            [request.Name],
            [(EntityKind.Workspace, request.Source)],
            events,
            async scope =>
            {
                var (source, from, row, to) = Insert(request);
                if (request.Snapshot is null)
                {
                    // Before its files are read: what the source commits meanwhile is then the target's own as well.
                    row = row with { ForkPoint = await WorkspaceHead.FindAsync(machines, from, source, cancellationToken).ConfigureAwait(false) };
                }

                scope.Record("files on the machine");
                await PlaceAsync(scope, source, from, row, to, () => store.Write(state => state.DeleteWorkspace(row.Id)), cancellationToken).ConfigureAwait(false);
                await workspaces.FinishAsync(scope, row, to, cancellationToken).ConfigureAwait(false);
                return workspaces.List().First(workspace => workspace.Id == row.Id);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes the files of <paramref name="row"/> on <paramref name="to"/>; one that is there is whole. What fails is undone.</summary>
    internal async Task PlaceAsync(OperationScope scope, WorkspaceRow source, VmRow from, WorkspaceRow row, VmRow to, Action withdraw, CancellationToken cancellationToken)
    {
        var touched = false;
        try
        {
            var there = await machines.Shell(to).RunAsync(
                new RemoteCommand { Script = WorkspacePlan.Functions + "! agw_is_there \"$1\" \"$2\" || echo there", Arguments = [row.LinuxGroup, row.Path] }, cancellationToken).ConfigureAwait(false);
            if (!there.Succeeded)
            {
                throw new RemoteCommandException($"Workspace '{row.Name}' cannot be made: {there.ErrorText.Trim()}") { Target = row.Name };
            }

            touched = true;
            if (there.Output.Length == 0)
            {
                await new WorkspaceTransfer(machines.Shell(from), machines.Shell(to), scope.Events).RunAsync(source, row, to, scope, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (AgentworksException)
        {
            await UndoAsync(scope, row, to, touched, withdraw, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>When this fails too, the record stays, for the same command again or Remove-AgwWorkspace.</summary>
    private async Task UndoAsync(OperationScope scope, WorkspaceRow row, VmRow vm, bool touched, Action withdraw, CancellationToken cancellationToken)
    {
        try
        {
            if (touched)
            {
                await workspaces.EraseAsync(scope, row, vm, cancellationToken).ConfigureAwait(false);
            }

            withdraw();
        }
        catch (AgentworksException e)
        {
            scope.Events.Report(new WarningEvent($"What was made of workspace '{row.Name}' on VM '{vm.Name}' could not be undone ({e.Message}). Run the command again, or: Remove-AgwWorkspace {row.Name}"));
        }
    }

    private (WorkspaceRow Source, VmRow From, WorkspaceRow Row, VmRow To) Insert(CopyWorkspace request) => store.Write(state =>
    {
        var source = state.RequireWorkspace(request.Source);
        var snapshot = request.Snapshot is null ? null : SnapshotService.RequireSnapshot(state, request.Source, request.Snapshot);
        var from = state.GetVm(source.VmId)!;
        var to = request.Vm is null ? state.RequireVm(from.Name) : state.RequireVm(request.Vm);
        WorkspaceService.RequireShared(to);
        if (state.FindWorkspace(request.Name) is { } old)
        {
            // Its maker died, and it was making the same: what is there is whole or is made anew.
            return old.State == LifecycleState.Creating && old.VmId == to.Id && old.CopiedFrom == source.Name ? (Read(source, snapshot), from, old, to) : throw Taken(request.Name);
        }

        var row = source with
        {
            Id = Identifier.New(),
            Name = request.Name,
            VmId = to.Id,
            Isolation = WorkspaceIsolation.Shared,
            FromPool = false,
            ReadyMilliseconds = null,
            State = LifecycleState.Creating,
            Path = $"{to.WorkspacesPath}/{request.Name}",
            LinuxGroup = Naming.WorkspaceGroupPrefix + request.Name,
            Store = null,
            CopiedFrom = source.Name,
            OtherPath = null,
            OtherVmId = null,
            ParentWorkspace = source.Name,
            ParentSnapshot = snapshot?.Name,
            ParentSnapshotId = null,
            ForkPoint = snapshot?.HeadCommit,
            AtSnapshotId = null,
            DiskOwner = null,
            Created = clock.GetUtcNow(),
        };
        state.Insert(row);
        state.InheritEnvironmentVariables(source.Id, row.Id);
        return (Read(source, snapshot), from, row, to);
    });

    /// <summary>What is read: the workspace's files, or those of the snapshot.</summary>
    private static WorkspaceRow Read(WorkspaceRow source, SnapshotRow? snapshot) =>
        snapshot is null ? source
        : TreeData.Parse(snapshot.Data) is { } data && snapshot.Scope == SnapshotScope.Tree ? source with { Path = data.Path }
        : throw new NotSupportedByPlatformException($"Snapshot '{snapshot.Name}' is a whole disk, of which only a machine of its own can be made.")
        {
            Target = snapshot.Name,
            Recommendation = $"For its files on another machine, make a fork and copy that: Copy-AgwWorkspace {source.Name} -Snapshot {snapshot.Name} -Name <fork>; Copy-AgwWorkspace <fork> -Vm <machine> -Name <name>",
        };

    private static AlreadyExistsException Taken(string name) => new(EntityKind.Workspace, name)
    {
        Target = name,
        Recommendation = $"Get-AgwWorkspace {name}, or choose another name.",
    };
}
