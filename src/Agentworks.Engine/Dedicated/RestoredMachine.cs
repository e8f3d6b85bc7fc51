using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Git;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Provisioning;
using Agentworks.Sessions;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Dedicated;

/// <summary>
/// A machine whose disk is of another time, or another machine's, knows agents, grants, sessions and tokens of then. What was taken away since is taken
/// away again; what was made since cannot be brought back without its secrets, so it is named.
/// </summary>
internal sealed class RestoredMachine(StateStore store, MachineConnections machines)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>The machine runs. What cannot be put right is a warning: the disk is what was asked for.</summary>
    public async Task SettleAsync(OperationScope scope, VmRow vm, CancellationToken cancellationToken)
    {
        try
        {
            var shell = machines.Shell(vm, holdsLock: true);
            var look = new RemoteCommand { Script = EmbeddedText.Read("restored-look.sh"), Arguments = [GitCredentialSteps.HelperPath, vm.AdminUser], Timeout = Limit };
            var said = await shell.RequireAsync(look, $"Looking at {vm.Name}", cancellationToken).ConfigureAwait(false);
            var there = said.OutputText.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', 3)).ToLookup(words => words[0], StringComparer.Ordinal);
            var agents = store.Read(state => state.ListAgents(vm.Id));
            var users = there["agent"].Select(words => words[1]).ToHashSet(StringComparer.Ordinal);
            await SessionsAsync(scope, shell, vm, [.. there["session"].Select(words => words[1])], cancellationToken).ConfigureAwait(false);
            foreach (var stranger in users.Except(agents.Select(agent => agent.LinuxUser), StringComparer.Ordinal))
            {
                await RemoveAsync(scope, shell, vm, stranger, cancellationToken).ConfigureAwait(false);
            }

            await AccessAsync(scope, shell, vm, [.. agents.Where(agent => users.Contains(agent.LinuxUser))], there["credential"].Select(words => (words[1], words[2])), cancellationToken).ConfigureAwait(false);
            Tell(scope, vm, agents.Where(agent => !users.Contains(agent.LinuxUser)).Select(agent => agent.Name), "Initialize-AgwAgent", "agents were made after the snapshot and are not on its disk");
        }
        catch (AgentworksException e)
        {
            scope.Events.Report(new WarningEvent(
                $"Agents, sessions and git credentials in workspace '{vm.Name}' may be those of the snapshot: {e.Message} To put them right, restore it again."));
        }
    }

    private async Task SessionsAsync(OperationScope scope, IMachineShell shell, VmRow vm, IReadOnlyList<string> there, CancellationToken cancellationToken)
    {
        var recorded = store.Read(state => state.ListSessions(vmId: vm.Id)).ToDictionary(session => session.Name, StringComparer.Ordinal);
        var machine = new SessionMachine(shell);
        string[] strangers = [.. there.Where(name => !recorded.ContainsKey(name))];
        string[] stopped = [.. there.Where(name => recorded.TryGetValue(name, out var session) && session.Desired == DesiredPower.Stopped)];
        if (strangers.Length > 0)
        {
            await machine.RemoveAsync(strangers, scope.RemoteId("settle-sessions"), cancellationToken).ConfigureAwait(false);
        }

        if (stopped.Length > 0)
        {
            await machine.StopAsync(stopped, new StopSession(TimeSpan.Zero, Force: true), scope.RemoteId("settle-stopped"), cancellationToken).ConfigureAwait(false);
        }

        Tell(scope, vm, recorded.Values.Where(session => session.Desired == DesiredPower.Running && !there.Contains(session.Name, StringComparer.Ordinal)).Select(session => session.Name),
            "Start-AgwSession", "sessions were made after the snapshot and do not run");
    }

    private Task<RemoteResult> RemoveAsync(OperationScope scope, IMachineShell shell, VmRow vm, string user, CancellationToken cancellationToken) => shell.RequireAsync(
        new RemoteCommand
        {
            Script = EmbeddedText.Read("processes.sh") + EmbeddedText.Read("agent-remove.sh"),
            Arguments = [user, .. store.Read(state => state.ListWorkspaces(vm.Id)).Select(workspace => workspace.Path)],
            OperationId = scope.RemoteId("settle-" + user),
            OnDisconnect = DisconnectAction.Finish,
            Timeout = Limit,
        },
        $"Removing {user}, who is no agent any more",
        cancellationToken);

    private async Task AccessAsync(
        OperationScope scope, IMachineShell shell, VmRow vm, IReadOnlyList<AgentRow> agents, IEnumerable<(string User, string Name)> credentials, CancellationToken cancellationToken)
    {
        var (access, held) = store.Read(state => (agents.SelectMany(agent => AccessPlan.Of(state, agent).ToSteps()).ToArray(), state.ListGitCredentials(vm.Id)));
        var users = agents.ToDictionary(agent => agent.LinuxUser, agent => (string?)agent.Id, StringComparer.Ordinal);
        users[vm.AdminUser] = null;
        var dropped = credentials.Where(one => users.TryGetValue(one.User, out var agent) && !held.Any(row => row.AgentId == agent && row.Name == one.Name)).Distinct().ToArray();
        ProvisionStep[] steps = [.. access, .. dropped.Select(one => GitCredentialSteps.Drop(one.User, one.Name))];
        if (steps.Length > 0)
        {
            var results = await Provisioner.RunAsync(shell, vm.Name, steps, scope.RemoteId("settle"), scope.Events, cancellationToken).ConfigureAwait(false);
            if (results.FirstOrDefault(result => result.State == StepState.Failed) is { } failed)
            {
                throw new ProvisioningFailedException($"Step '{failed.Name}' failed: {failed.Detail}") { Target = vm.Name };
            }
        }
    }

    private static void Tell(OperationScope scope, VmRow vm, IEnumerable<string> names, string command, string what)
    {
        var all = string.Join(", ", names.Order(StringComparer.Ordinal));
        if (all.Length > 0)
        {
            scope.Events.Report(new WarningEvent($"In workspace '{vm.Name}' these {what}: {all}. To make them again: {command} {all}"));
        }
    }
}
