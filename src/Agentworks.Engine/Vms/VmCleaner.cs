using Agentworks.Agents;
using Agentworks.Dedicated;
using Agentworks.Errors;
using Agentworks.Jobs;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Network;
using Agentworks.Operations;
using Agentworks.Platforms;
using Agentworks.PortForwards;
using Agentworks.Snapshots;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;
using Agentworks.Workspaces;

namespace Agentworks.Vms;

/// <summary>Removes a machine, whole or half made, and what lives on it. An adopted machine stays; what was done to it is undone.</summary>
public sealed class VmCleaner(
    StateStore store, PlatformRegistry platforms, MachineConnections machines, KnownHosts knownHosts, WorkspaceService workspaces, AgentService agents,
    JobService jobs, MachinePower power, PortForwardService forwards, VmNetwork network)
{
    public async Task RemoveAsync(OperationScope scope, VmRow row, bool cascade, CancellationToken cancellationToken)
    {
        RequireEmpty(row, cascade);
        RequireNoForks(row);
        if (!cascade)
        {
            await RequireNoJobsAsync(row, cancellationToken).ConfigureAwait(false);
        }

        store.Write(state => state.Update(row with { State = LifecycleState.Removing }));
        scope.Record("port forwards and network");
        await forwards.RemoveAllAsync(row.Id).ConfigureAwait(false);
        await network.LeaveAsync(row, machines.Probe(row with { Suspended = false }), scope.Events, cancellationToken).ConfigureAwait(false);
        var platform = platforms.Get(row.Platform);

        // Before its host key was pinned, nothing was ever sent to it: there is nothing to undo, and perhaps nobody there.
        if (!platform.Traits.OwnsMachine && knownHosts.Find(row.Id).Count > 0)
        {
            await ReleaseAsync(scope, row, cancellationToken).ConfigureAwait(false);
        }

        scope.Record("machine");
        await machines.CloseAsync(row.Id).ConfigureAwait(false);
        await platform.RemoveAsync(row.ToMachine(store.OwnerTag), cancellationToken).ConfigureAwait(false);
        await RemoveSnapshotsAsync(scope, row, platform, cancellationToken).ConfigureAwait(false);

        scope.Record("records");
        await knownHosts.ForgetAsync(row.Id, cancellationToken).ConfigureAwait(false);
        var (workspacesGone, agentsGone, sessionsGone, jobsGone) = store.Write(state =>
        {
            var gone = (state.ListWorkspaces(row.Id), state.ListAgents(row.Id), state.ListSessions(vmId: row.Id), state.ListJobs(vmId: row.Id));
            state.DeleteVm(row.Id);
            return gone;
        });
        scope.Settles(EntityKind.Workspace, workspacesGone.Select(workspace => workspace.Name));
        scope.Settles(EntityKind.Agent, agentsGone.Select(agent => agent.Name));
        scope.Settles(EntityKind.Session, sessionsGone.Select(session => session.Name));
        scope.Settles(EntityKind.Job, jobsGone.Select(job => job.Name));
    }

    private void RequireEmpty(VmRow row, bool cascade)
    {
        // A dedicated machine and its workspace are one; what lives in that counts.
        var (workspaceCount, agentCount, sessionCount) = store.Read(state => (
            state.ListWorkspaces(row.Id).Count(workspace => workspace.Isolation != WorkspaceIsolation.Dedicated),
            state.ListAgents(row.Id).Count,
            row.Dedicated ? state.ListSessions(vmId: row.Id).Count : 0));
        if (!cascade && row.Dedicated && workspaceCount + agentCount + sessionCount > 0)
        {
            throw new HasDependentsException($"Workspace '{row.Name}' has {sessionCount} session(s) and {agentCount} agent(s) on its machine.")
            {
                Target = row.Name,
                Recommendation = $"Remove-AgwWorkspace {row.Name} -Cascade",
            };
        }

        if (!cascade && workspaceCount + agentCount > 0)
        {
            throw new HasDependentsException($"VM '{row.Name}' has {workspaceCount} workspace(s) and {agentCount} agent(s).")
            {
                Target = row.Name,
                Recommendation = $"Remove-AgwVm {row.Name} -Cascade",
            };
        }
    }

    /// <summary>As in a workspace on a shared machine. On a machine that is off, or was not made to the end, nothing runs.</summary>
    private async Task RequireNoJobsAsync(VmRow row, CancellationToken cancellationToken)
    {
        var known = store.Read(state => state.ListJobs(vmId: row.Id));
        if (!row.Dedicated || row.State != LifecycleState.Ready || known.Count == 0 || await power.IsOffAsync(row, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        var (owner, wayOn) = ($"Workspace '{row.Name}'", $"Remove-AgwWorkspace {row.Name} -Cascade");
        try
        {
            await jobs.RequireEndedAsync(known, owner, wayOn, cancellationToken).ConfigureAwait(false);
        }
        catch (AgentworksException e) when (e is NotReadyException or ConnectionFailedException)
        {
            throw new HasDependentsException($"{owner} has jobs that may run, and they cannot be asked: {e.Message}") { Target = owner, Recommendation = wayOn };
        }
    }

    /// <summary>Forks of a dedicated workspace may stand on its snapshots, which go with it.</summary>
    private void RequireNoForks(VmRow row)
    {
        var forks = store.Read(state => SnapshotsOf(state, row).SelectMany(snapshot => state.ListForks(snapshot.Id)).Where(fork => fork.VmId != row.Id).ToArray());
        if (row.Dedicated && forks.Length > 0)
        {
            throw SnapshotDependents.Of($"Workspace '{row.Name}'", row.Name, forks);
        }
    }

    private async Task RemoveSnapshotsAsync(OperationScope scope, VmRow row, IVmPlatform platform, CancellationToken cancellationToken)
    {
        if (!row.Dedicated || platform is not IDiskSnapshots disks)
        {
            return;
        }

        scope.Record("snapshots");
        foreach (var id in store.Read(state => SnapshotsOf(state, row).Select(snapshot => snapshot.Id).Append(DiskSnapshots.LiveId(row)).ToArray()))
        {
            await disks.RemoveSnapshotAsync(row.ToMachine(store.OwnerTag), id, cancellationToken).ConfigureAwait(false);
        }
    }

    private static IEnumerable<SnapshotRow> SnapshotsOf(StateReader state, VmRow row) => state.ListWorkspaces(row.Id).SelectMany(workspace => state.ListSnapshots(workspace.Id));

    private async Task ReleaseAsync(OperationScope scope, VmRow row, CancellationToken cancellationToken)
    {
        // While things live on it the machine must count as whole, or they could not be removed through it.
        store.Write(state => state.Update(row with { State = LifecycleState.Ready }));
        store.Write(state =>
        {
            // All forks go as well: none needs its snapshot.
            foreach (var fork in state.ListWorkspaces(row.Id).Where(one => one.ParentSnapshotId is not null))
            {
                state.Update(fork with { ParentSnapshotId = null });
            }
        });
        foreach (var workspace in store.Read(state => state.ListWorkspaces(row.Id)))
        {
            await workspaces.RemoveAsync(workspace.Name, cascade: true, scope.Events, cancellationToken).ConfigureAwait(false);
        }

        foreach (var agent in store.Read(state => state.ListAgents(row.Id)))
        {
            await agents.RemoveAsync(agent.Name, cascade: true, scope.Events, cancellationToken).ConfigureAwait(false);
        }

        store.Write(state => state.Update(row with { State = LifecycleState.Removing }));
        scope.Record("release the machine");
        await machines.Shell(row, holdsLock: true).RequireAsync(
            new RemoteCommand
            {
                Script = EmbeddedText.Read("machine-release.sh"),
                Arguments = [row.AdminUser, row.WorkspacesPath],
                OnDisconnect = DisconnectAction.Finish,
                Timeout = TimeSpan.FromMinutes(5),
            },
            $"Releasing VM '{row.Name}'",
            cancellationToken).ConfigureAwait(false);
    }
}
