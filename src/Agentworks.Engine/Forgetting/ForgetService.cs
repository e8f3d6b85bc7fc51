using System.Runtime.CompilerServices;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Platforms;
using Agentworks.PortForwards;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Forgetting;

/// <summary>
/// Drops records of what is on a machine that is gone for good or cannot be reached, and asks nothing of it. As long as the machine
/// answers, or its platform still has it, this is refused: what is only forgotten there would stay and nobody would know.
/// </summary>
public sealed class ForgetService(
    StateStore store, PlatformRegistry platforms, MachineConnections machines, MachinePower power, OperationRunner operations, KnownHosts knownHosts,
    PortForwardService forwards)
{
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(15);
    private readonly StateModel _model = new(store);

    /// <param name="name">The machine.</param>
    /// <param name="cascade">Also what lives on it.</param>
    /// <param name="force">Although the machine answers.</param>
    /// <param name="events">Receives a warning that says what may be left where.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="NotReadyException">The machine can still be removed.</exception>
    /// <exception cref="HasDependentsException">Something lives on it.</exception>
    public Task VmAsync(string name, bool cascade, bool force, IEventSink events, CancellationToken cancellationToken) =>
        MachineAsync("Remove-AgwVm", name, cascade, force, events, cancellationToken);

    // A dedicated workspace is its machine: both records go, whichever of them is named.
    private Task MachineAsync(string operation, string name, bool cascade, bool force, IEventSink events, CancellationToken cancellationToken) =>
        operations.RunWithAsync<object?>(
            operation,
            EntityKind.Vm,
            [name],
            store.Read(state => state.FindVm(name)) is { Dedicated: true } ? [(EntityKind.Workspace, name)] : Array.Empty<(string, string)>(),
            events,
            async scope =>
            {
                var row = store.Read(state => state.FindVm(name)) ?? throw Missing(EntityKind.Vm, name, "Get-AgwVm");
                var (workspaces, agents, sessions) = store.Read(state => (state.ListWorkspaces(row.Id), state.ListAgents(row.Id), state.ListSessions(vmId: row.Id)));
                RequireEmpty(
                    cascade || (row.Dedicated ? sessions.Count : workspaces.Count) + agents.Count == 0,
                    $"{(row.Dedicated ? "Workspace" : "VM")} '{name}'",
                    row.Dedicated ? $"{sessions.Count} session(s) and {agents.Count} agent(s)" : $"{workspaces.Count} workspace(s) and {agents.Count} agent(s)",
                    $"{operation} {name} -Forget -Cascade");
                await RequireGoneAsync(row, $"{operation} {name}", force, cancellationToken).ConfigureAwait(false);
                scope.Record("records");
                await forwards.RemoveAllAsync(row.Id).ConfigureAwait(false);
                await machines.CloseAsync(row.Id).ConfigureAwait(false);
                await knownHosts.ForgetAsync(row.Id, cancellationToken).ConfigureAwait(false);
                scope.Settles(EntityKind.Workspace, workspaces.Select(workspace => workspace.Name));
                scope.Settles(EntityKind.Agent, agents.Select(agent => agent.Name));
                scope.Settles(EntityKind.Session, store.Read(state => state.ListSessions(vmId: row.Id)).Select(session => session.Name));
                scope.Settles(EntityKind.Job, store.Read(state => state.ListJobs(vmId: row.Id)).Select(job => job.Name));
                store.Write(state =>
                {
                    Release(state, workspaces);
                    state.DeleteVm(row.Id);
                });
                Warn(scope, row switch
                {
                    { Dedicated: true } => $"Workspace '{name}' is forgotten with its machine. If platform {row.Platform} still has that, it stays there, with its snapshots: Get-AgwWorkspace -Orphaned",
                    _ when platforms.Get(row.Platform).Traits.OwnsMachine => $"VM '{name}' is forgotten. If platform {row.Platform} still has the machine with id {row.Id}, it stays there.",
                    _ => $"VM '{name}' is forgotten. Should the machine come back, what was set up on it is still there: the user {row.AdminUser}, {row.WorkspacesPath}, /etc/agentworks.",
                });
                return null;
            },
            cancellationToken);

    /// <inheritdoc cref="VmAsync"/>
    public Task WorkspaceAsync(string name, bool cascade, bool force, IEventSink events, CancellationToken cancellationToken) =>
        store.Read(state => state.FindWorkspace(name)) is { Isolation: WorkspaceIsolation.Dedicated } ? MachineAsync("Remove-AgwWorkspace", name, cascade, force, events, cancellationToken) : operations.RunAsync(
            "Remove-AgwWorkspace",
            EntityKind.Workspace,
            name,
            events,
            async scope =>
            {
                var row = store.Read(state => state.FindWorkspace(name)) ?? throw Missing(EntityKind.Workspace, name, "Get-AgwWorkspace");
                var sessions = store.Read(state => state.ListSessions(workspaceId: row.Id));
                RequireEmpty(sessions.Count == 0 || cascade, $"Workspace '{name}'", $"{sessions.Count} session(s)", $"Remove-AgwWorkspace {name} -Forget -Cascade");
                var vm = Machine(row.VmId);
                await RequireGoneAsync(vm, $"Remove-AgwWorkspace {name}", force, cancellationToken).ConfigureAwait(false);
                scope.Record("records");
                scope.Settles(EntityKind.Session, sessions.Select(session => session.Name));
                scope.Settles(EntityKind.Job, store.Read(state => state.ListJobs(workspaceId: row.Id)).Select(job => job.Name));
                store.Write(state =>
                {
                    Release(state, [row]);
                    state.DeleteWorkspace(row.Id);
                });
                Warn(scope, $"Workspace '{name}' is forgotten. Should VM '{vm.Name}' come back, its files in {row.Path} and its user {row.LinuxGroup} are still there.");
            },
            cancellationToken);

    /// <inheritdoc cref="VmAsync"/>
    public Task AgentAsync(string name, bool cascade, bool force, IEventSink events, CancellationToken cancellationToken) =>
        operations.RunAsync(
            "Remove-AgwAgent",
            EntityKind.Agent,
            name,
            events,
            async scope =>
            {
                var row = store.Read(state => state.FindAgent(name)) ?? throw Missing(EntityKind.Agent, name, "Get-AgwAgent");
                var sessions = store.Read(state => state.ListSessions(agentId: row.Id));
                RequireEmpty(sessions.Count == 0 || cascade, $"Agent '{name}'", $"{sessions.Count} session(s)", $"Remove-AgwAgent {name} -Forget -Cascade");
                var vm = Machine(row.VmId);
                await RequireGoneAsync(vm, $"Remove-AgwAgent {name}", force, cancellationToken).ConfigureAwait(false);
                scope.Record("records");
                scope.Settles(EntityKind.Session, sessions.Select(session => session.Name));
                scope.Settles(EntityKind.Job, store.Read(state => state.ListJobs(agentId: row.Id)).Select(job => job.Name));
                store.Write(state => state.DeleteAgent(row.Id));
                Warn(scope, $"Agent '{name}' is forgotten. Should VM '{vm.Name}' come back, its user {row.LinuxUser} with home, keys and processes is still there.");
            },
            cancellationToken);

    /// <summary>The same for sessions: one question per machine, one outcome per session.</summary>
    public async IAsyncEnumerable<BatchOutcome<AgwSession>> SessionsAsync(
        IReadOnlyList<string> names, bool force, IEventSink events, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = store.Read(state => names.Select(name => (Name: name, Row: state.FindSession(name)))
            .Select(one => (one.Name, one.Row, VmId: one.Row is null ? null : state.GetWorkspace(one.Row.WorkspaceId)!.VmId)).ToArray());
        foreach (var group in found.GroupBy(one => one.VmId, StringComparer.Ordinal))
        {
            AgentworksException? failure = null;
            var models = group.Where(one => one.Row is not null).ToDictionary(one => one.Name, one => _model.Session(one.Name), StringComparer.Ordinal);
            try
            {
                if (group.Key is not null)
                {
                    await SessionsOfAsync(Machine(group.Key), [.. group.Select(one => one.Row!)], force, events, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (AgentworksException e)
            {
                failure = e;
            }

            foreach (var one in group)
            {
                var error = one.Row is null ? Missing(EntityKind.Session, one.Name, "Get-AgwSession") : failure;
                yield return new BatchOutcome<AgwSession>(one.Name, error is null ? models[one.Name] : null, error);
            }
        }
    }

    private Task SessionsOfAsync(VmRow vm, IReadOnlyList<SessionRow> rows, bool force, IEventSink events, CancellationToken cancellationToken) =>
        operations.RunManyAsync<object?>(
            "Remove-AgwSession",
            EntityKind.Session,
            [.. rows.Select(row => row.Name)],
            events,
            async scope =>
            {
                await RequireGoneAsync(vm, $"Remove-AgwSession {string.Join(", ", rows.Select(row => row.Name))}", force, cancellationToken).ConfigureAwait(false);
                scope.Record("records");
                store.Write(state =>
                {
                    foreach (var row in rows)
                    {
                        state.DeleteSession(row.Id);
                    }
                });
                Warn(scope, $"Should VM '{vm.Name}' come back, it still has these sessions and starts them: {string.Join(", ", rows.Select(row => row.Name))}. What lets their agents into the workspaces stays there too.");
                return null;
            },
            cancellationToken);

    private async Task RequireGoneAsync(VmRow vm, string removal, bool force, CancellationToken cancellationToken)
    {
        if (force)
        {
            return;
        }

        var there = await AnswersAsync(vm, cancellationToken).ConfigureAwait(false) ? "answers"
            : platforms.Get(vm.Platform).Traits.OwnsMachine && await power.GetAsync(vm, cancellationToken).ConfigureAwait(false) is PowerState.Running or PowerState.Stopped or PowerState.Suspended
                ? $"is still there, says platform {vm.Platform}"
                : null;
        if (there is not null)
        {
            throw new NotReadyException($"VM '{vm.Name}' {there}: what is only forgotten would stay on it.")
            {
                Target = vm.Name,
                Recommendation = $"{removal}, or add -Force to forget it all the same.",
            };
        }
    }

    private async Task<bool> AnswersAsync(VmRow vm, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ProbeLimit);
        try
        {
            await machines.Probe(vm).EvaluateAsync("1", [], limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (AgentworksException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Forks of what goes stay, and need it no longer.</summary>
    private static void Release(StateWriter state, IEnumerable<WorkspaceRow> workspaces)
    {
        foreach (var fork in workspaces.SelectMany(workspace => state.ListSnapshots(workspace.Id)).SelectMany(snapshot => state.ListForks(snapshot.Id)))
        {
            state.Update(fork with { ParentSnapshotId = null });
        }
    }

    private VmRow Machine(string id) => store.Read(state => state.GetVm(id))!;

    private static void Warn(OperationScope scope, string message) => scope.Events.Report(new WarningEvent(message));

    private static void RequireEmpty(bool empty, string owner, string what, string recommendation)
    {
        if (!empty)
        {
            throw new HasDependentsException($"{owner} has {what}.") { Target = owner, Recommendation = recommendation };
        }
    }

    private static NotFoundException Missing(string kind, string name, string command) =>
        new(kind, name) { Target = name, Recommendation = $"{command} lists them." };
}
