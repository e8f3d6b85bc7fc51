using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Jobs;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Sessions;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Workspaces;

/// <summary>
/// Moves workspaces. While one moves, its record names both places, so that whoever comes next knows where to look: another move, a repair
/// or a removal settles what a killed one left, to either the old place or the new one.
/// </summary>
public sealed class WorkspaceMover(
    StateStore store, MachineConnections machines, OperationRunner operations, WorkspaceService workspaces, WorkspaceCopier copier, SessionService sessions, JobService jobs)
{
    /// <exception cref="HasDependentsException">Sessions or jobs run in it; or it has sessions and goes to another machine.</exception>
    public Task<AgwWorkspace> MoveAsync(MoveWorkspace request, IEventSink events, CancellationToken cancellationToken)
    {
        if (request.Path is not null)
        {
            WorkspacePath.Validate(request.Path);
        }

        return operations.RunAsync(
            "Move-AgwWorkspace",
            EntityKind.Workspace,
            request.Name,
            events,
            async scope =>
            {
                var row = await SettleAsync(scope, store.Read(state => state.RequireWorkspace(request.Name)), cancellationToken).ConfigureAwait(false);
                var vm = Vm(row.VmId);
                if (vm.Dedicated)
                {
                    throw new InvalidRequestException($"Workspace '{row.Name}' and its machine go together: it cannot be moved.")
                    {
                        Target = row.Name,
                        Recommendation = $"To have its files elsewhere: Copy-AgwWorkspace {row.Name} -Vm <machine> -Name <name>",
                    };
                }

                var running = store.Read(state => state.ListJobs(workspaceId: row.Id));
                await jobs.RequireEndedAsync(running, $"Workspace '{row.Name}'", $"Get-AgwJob -Workspace {row.Name} -State Running | Stop-AgwJob", cancellationToken).ConfigureAwait(false);
                if (request.Vm is { } name && name != vm.Name)
                {
                    await MoveToAsync(scope, row, vm, Shared(store.Read(state => state.RequireVm(name))), cancellationToken).ConfigureAwait(false);
                }
                else if (request.Path is { } path && path != row.Path)
                {
                    await MoveHereAsync(scope, row, vm, path, request.StopSessions, cancellationToken).ConfigureAwait(false);
                }

                return workspaces.List().First(workspace => workspace.Id == row.Id);
            },
            cancellationToken);
    }

    /// <summary>Brings to one end what a killed move left; costs nothing when there is nothing. The caller holds the workspace's lock.</summary>
    internal async Task<WorkspaceRow> SettleAsync(OperationScope scope, WorkspaceRow row, CancellationToken cancellationToken)
    {
        if (row.OtherPath is not { } other)
        {
            return row;
        }

        scope.Record("settle a move that was cut off");
        var settled = row with { OtherPath = null, OtherVmId = null };
        if (row.OtherVmId is null)
        {
            var said = await RunAsync("workspace-settle.sh", scope.RemoteId("settle"), row, other, cancellationToken).ConfigureAwait(false);
            settled = said.Split(' ', 2) is ["moved", var how] ? Placed(settled, other, how) : settled;
        }
        else if (store.Read(state => state.GetVm(row.OtherVmId)) is { } vm)
        {
            await workspaces.EraseAsync(scope.Within("settle"), row with { Path = other }, vm, cancellationToken).ConfigureAwait(false);
        }

        store.Write(state => state.Update(settled));
        return settled;
    }

    private async Task MoveHereAsync(OperationScope scope, WorkspaceRow row, VmRow vm, string path, TimeSpan? grace, CancellationToken cancellationToken)
    {
        var neighbours = store.Read(state => state.ListWorkspaces(vm.Id));
        if (neighbours.FirstOrDefault(one => WorkspacePath.Overlap(one.Path, path)) is { } near)
        {
            throw new InvalidRequestException($"The path {path} and that of workspace '{near.Name}', {near.Path}, lie one in the other.") { Target = path };
        }

        if ((vm.WorkspacesPath + "/").StartsWith(path + "/", StringComparison.Ordinal))
        {
            throw new InvalidRequestException($"The path {path} holds the place of all workspaces, {vm.WorkspacesPath}.") { Target = path };
        }

        await RequireStoppedAsync(row, path, grace, scope.Events, cancellationToken).ConfigureAwait(false);
        var there = await machines.Shell(vm).RunAsync(
            new RemoteCommand { Script = "[ ! -e \"$1\" ] && [ ! -L \"$1\" ]", Arguments = [path] }, cancellationToken).ConfigureAwait(false);
        if (!there.Succeeded)
        {
            throw new AlreadyExistsException("Folder", path) { Target = path, Recommendation = "Choose a path at which nothing is." };
        }

        store.Write(state => state.Update(row with { OtherPath = path }));
        scope.Record("folder on the machine");
        string kind;
        try
        {
            kind = await RunAsync("workspace-move.sh", scope.RemoteId("move"), row, path, cancellationToken).ConfigureAwait(false);
        }
        catch (RemoteCommandException)
        {
            await SettleAsync(scope, row with { OtherPath = path }, cancellationToken).ConfigureAwait(false);
            throw;
        }

        scope.Record("workspace recorded");
        store.Write(state => state.Update(Placed(row, path, kind)));
    }

    /// <param name="row">The workspace.</param>
    /// <param name="path">Where it is now.</param>
    /// <param name="how">The kind of store, and "mapped" where a mount still shows its files.</param>
    private static WorkspaceRow Placed(WorkspaceRow row, string path, string how) =>
        row with { Path = path, Store = how.Split(' ')[0], DiskOwner = how.EndsWith(" mapped", StringComparison.Ordinal) ? row.DiskOwner : null };

    private async Task MoveToAsync(OperationScope scope, WorkspaceRow row, VmRow from, VmRow to, CancellationToken cancellationToken)
    {
        var (has, granted) = store.Read(state => (
            state.ListSessions(workspaceId: row.Id),
            state.ListGrants(workspaceId: row.Id).Select(grant => state.GetAgent(grant.AgentId)!.Name).Distinct(StringComparer.Ordinal).ToArray()));
        if (has.Count > 0)
        {
            throw new HasDependentsException($"Workspace '{row.Name}' has sessions, which cannot follow it to another machine: {string.Join(", ", has.Select(one => one.Name))}.")
            {
                Target = row.Name,
                Recommendation = $"Remove-AgwSession {string.Join(", ", has.Select(one => one.Name))}",
            };
        }

        var snapshots = store.Read(state => state.ListSnapshots(row.Id));
        if (snapshots.Count > 0)
        {
            throw new HasDependentsException($"Workspace '{row.Name}' has snapshots, which cannot follow it to another machine: {string.Join(", ", snapshots.Select(one => one.Name))}.")
            {
                Target = row.Name,
                Recommendation = $"Remove-AgwSnapshot {string.Join(", ", snapshots.Select(one => one.Name))} -Workspace {row.Name}; or Copy-AgwWorkspace {row.Name} -Vm {to.Name} -Name <name>",
            };
        }

        var there = row with { ParentSnapshotId = null, AtSnapshotId = null, DiskOwner = null, VmId = to.Id, Path = $"{to.WorkspacesPath}/{row.Name}", Store = to.WorkspaceStore, OtherPath = row.Path, OtherVmId = from.Id };
        store.Write(state => state.Update(row with { OtherPath = there.Path, OtherVmId = to.Id }));
        scope.Record("files on the other machine");
        await copier.PlaceAsync(scope, row, from, there, to, () => store.Write(state => state.Update(row)), cancellationToken).ConfigureAwait(false);

        scope.Record("workspace recorded");
        store.Write(state =>
        {
            foreach (var grant in state.ListGrants(workspaceId: row.Id))
            {
                state.RemoveGrant(grant);
            }

            state.Update(there);
        });
        await workspaces.FinishAsync(scope, there, to, cancellationToken).ConfigureAwait(false);
        scope.Record("files on the old machine");
        await workspaces.EraseAsync(scope.Within("old"), row, from, cancellationToken).ConfigureAwait(false);
        store.Write(state => state.Update(state.GetWorkspace(row.Id)! with { OtherPath = null, OtherVmId = null }));
        if (granted.Length > 0)
        {
            scope.Events.Report(new WarningEvent($"These agents live on VM '{from.Name}' and can no longer enter workspace '{row.Name}': {string.Join(", ", granted)}."));
        }
    }

    private async Task RequireStoppedAsync(WorkspaceRow row, string path, TimeSpan? grace, IEventSink events, CancellationToken cancellationToken)
    {
        var recorded = sessions.List().Where(session => session.Workspace == row.Name).ToArray();
        var running = new List<string>();
        await foreach (var session in sessions.ObserveAsync(recorded, cancellationToken).ConfigureAwait(false))
        {
            if (session.Status != SessionStatus.Stopped)
            {
                running.Add(session.Name);
            }
        }

        if (running.Count == 0)
        {
            return;
        }

        if (grace is null)
        {
            throw new HasDependentsException($"In workspace '{row.Name}' sessions run: {string.Join(", ", running)}.")
            {
                Target = row.Name,
                Recommendation = $"Stop-AgwSession {string.Join(", ", running)}; or Move-AgwWorkspace {row.Name} -Path {path} -Force",
            };
        }

        await foreach (var outcome in sessions.StopAsync(running, new StopSession(grace.Value), events, cancellationToken).ConfigureAwait(false))
        {
            if (outcome.Error is not null)
            {
                throw outcome.Error;
            }
        }
    }

    private async Task<string> RunAsync(string script, string operationId, WorkspaceRow row, string path, CancellationToken cancellationToken)
    {
        var vm = Vm(row.VmId);
        var agents = store.Read(state =>
        {
            var granted = state.ListGrants(workspaceId: row.Id).Select(grant => grant.AgentId).ToHashSet(StringComparer.Ordinal);
            return state.ListAgents(vm.Id).Where(agent => agent.AllWorkspaces || granted.Contains(agent.Id)).Select(agent => agent.LinuxUser).ToArray();
        });
        var result = await machines.Shell(vm).RequireAsync(
            new RemoteCommand
            {
                Script = WorkspaceTransfer.Functions + EmbeddedText.Read("access.sh") + EmbeddedText.Read(script),
                Arguments = [row.Path, path, row.LinuxGroup, .. agents],
                OperationId = operationId,
            },
            $"Moving workspace '{row.Name}'",
            cancellationToken).ConfigureAwait(false);
        return result.OutputText.Trim();
    }

    private static VmRow Shared(VmRow vm)
    {
        WorkspaceService.RequireShared(vm);
        return vm;
    }

    private VmRow Vm(string id) => store.Read(state => state.GetVm(id)) ?? throw new NotFoundException(EntityKind.Vm, id);
}
