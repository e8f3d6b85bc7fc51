using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
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
    StateStore store, MachineConnections machines, OperationRunner operations, WorkspaceService workspaces, TimeProvider clock)
{
    /// <exception cref="AlreadyExistsException">The new name is taken.</exception>
    public Task<AgwWorkspace> CopyAsync(CopyWorkspace request, IEventSink events, CancellationToken cancellationToken)
    {
        Naming.Validate(EntityKind.Workspace, request.Name);
        if (request.Name == request.Source)
        {
            throw Taken(request.Name);
        }

        return operations.RunWithAsync(
            "Copy-AgwWorkspace",
            EntityKind.Workspace,
            [request.Name],
            [(EntityKind.Workspace, request.Source)],
            events,
            async scope =>
            {
                var (source, from, row, to) = Insert(request);
                scope.Record("files on the machine");
                await PlaceAsync(scope, source, from, row, to, () => store.Write(state => state.DeleteWorkspace(row.Id)), cancellationToken).ConfigureAwait(false);
                await workspaces.FinishAsync(scope, row, to, cancellationToken).ConfigureAwait(false);
                return workspaces.List().First(workspace => workspace.Id == row.Id);
            },
            cancellationToken);
    }

    /// <summary>Makes the files of <paramref name="row"/> on <paramref name="to"/>; one that is there is whole. What fails is undone.</summary>
    internal async Task PlaceAsync(OperationScope scope, WorkspaceRow source, VmRow from, WorkspaceRow row, VmRow to, Action withdraw, CancellationToken cancellationToken)
    {
        var touched = false;
        try
        {
            if (from.Id == to.Id)
            {
                touched = true;
                await CopyHereAsync(scope, source, row, to, cancellationToken).ConfigureAwait(false);
                return;
            }

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

    private async Task CopyHereAsync(OperationScope scope, WorkspaceRow source, WorkspaceRow row, VmRow vm, CancellationToken cancellationToken)
    {
        var everywhere = store.Read(state => state.ListAgents(vm.Id)).Where(agent => agent.AllWorkspaces).Select(agent => agent.LinuxUser);
        var result = await machines.Shell(vm).RequireAsync(
            new RemoteCommand
            {
                Script = WorkspaceTransfer.Functions + EmbeddedText.Read("workspace-copy.sh"),
                Arguments = [source.Path, row.LinuxGroup, row.Path, vm.AdminUser, string.Join(' ', everywhere)],
                OperationId = scope.RemoteId("copy"),
            },
            $"Copying workspace '{source.Name}'",
            cancellationToken).ConfigureAwait(false);
        scope.Events.Report(new DetailEvent($"Workspace {row.Name} was made of {source.Name} by {result.OutputText.Trim()}."));
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
        var from = state.GetVm(source.VmId)!;
        var to = request.Vm is null ? state.RequireVm(from.Name) : state.RequireVm(request.Vm);
        if (state.FindWorkspace(request.Name) is { } old)
        {
            // Its maker died, and it was making the same: what is there is whole or is made anew.
            return old.State == LifecycleState.Creating && old.VmId == to.Id && old.CopiedFrom == source.Name ? (source, from, old, to) : throw Taken(request.Name);
        }

        var row = source with
        {
            Id = Identifier.New(),
            Name = request.Name,
            VmId = to.Id,
            State = LifecycleState.Creating,
            Path = $"{to.WorkspacesPath}/{request.Name}",
            LinuxGroup = Naming.WorkspaceGroupPrefix + request.Name,
            Store = null,
            CopiedFrom = source.Name,
            OtherPath = null,
            OtherVmId = null,
            Created = clock.GetUtcNow(),
        };
        state.Insert(row);
        state.InheritEnvironmentVariables(source.Id, row.Id);
        return (source, from, row, to);
    });

    private static AlreadyExistsException Taken(string name) => new(EntityKind.Workspace, name)
    {
        Target = name,
        Recommendation = $"Get-AgwWorkspace {name}, or choose another name.",
    };
}
