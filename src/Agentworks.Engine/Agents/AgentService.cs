using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Git;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Provisioning;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;
using Agentworks.Variables;

namespace Agentworks.Agents;

/// <summary>Agents: Linux users and what they are granted.</summary>
public sealed class AgentService(
    StateStore store, ConfigService config, MachineConnections machines, OperationRunner operations, AgentPlanner planner, Sessions.SessionService sessions, Jobs.JobService jobs, ShellVariables shellVariables, TimeProvider clock)
{
    private readonly StateModel _model = new(store);

    /// <summary>What is recorded; nothing is asked.</summary>
    public IReadOnlyList<AgwAgent> List() => _model.Agents();

    public async Task<AgwAgent> CreateAsync(NewAgent request, IEventSink events, CancellationToken cancellationToken)
    {
        Naming.Validate(EntityKind.Agent, request.Name);
        var template = config.Load().ResolveAgentTemplate(request.Template);
        planner.Validate(template.Name);
        var credentials = await ResolveCredentialsAsync(request, cancellationToken).ConfigureAwait(false);
        return await operations.RunAsync(
            "New-AgwAgent",
            EntityKind.Agent,
            request.Name,
            events,
            async scope =>
            {
                var (row, vm, workspaces) = Insert(request, template.Name);
                scope.Record("user on the machine");
                var result = await ApplyAsync(scope, row, vm, credentials, cancellationToken).ConfigureAwait(false);
                if (workspaces.Count > 0)
                {
                    scope.Record("grants on the machine");
                    await WorkspaceAccess.GrantAsync(machines.Shell(vm), row, workspaces, scope.RemoteId("grant"), cancellationToken).ConfigureAwait(false);
                }

                scope.Record("agent recorded");
                Finish(row, result, [.. request.AllWorkspaces ? [] : workspaces]);
                return Model(row.Name);
            },
            cancellationToken).ConfigureAwait(false);
    }

    public Task<AgwInitialization> InitializeAsync(string name, IEventSink events, CancellationToken cancellationToken) =>
        operations.RunAsync(
            "Initialize-AgwAgent",
            EntityKind.Agent,
            name,
            events,
            async scope =>
            {
                var (row, vm) = Require(name);
                var credentials = await planner.ResolveCredentialsAsync(row.Template, vm, row, name, cancellationToken).ConfigureAwait(false);
                scope.Record("user on the machine");
                var result = await ApplyAsync(scope, row, vm, credentials, cancellationToken, AccessSteps(row)).ConfigureAwait(false);
                Finish(row, result, []);
                return result;
            },
            cancellationToken);

    /// <summary>Removes the user with all its processes and files; with <paramref name="cascade"/>, its sessions too.</summary>
    /// <exception cref="HasDependentsException">It has sessions and <paramref name="cascade"/> is false.</exception>
    public Task RemoveAsync(string name, bool cascade, IEventSink events, CancellationToken cancellationToken) =>
        operations.RunAsync(
            "Remove-AgwAgent",
            EntityKind.Agent,
            name,
            events,
            async scope =>
            {
                var row = Find(name);
                await Dependents.RemoveSessionsAsync(
                    sessions, store.Read(state => state.ListSessions(agentId: row.Id)), cascade, $"Agent '{name}'", $"Remove-AgwAgent {name} -Cascade", events, cancellationToken).ConfigureAwait(false);
                if (!cascade)
                {
                    await jobs.RequireEndedAsync(
                        store.Read(state => state.ListJobs(agentId: row.Id)), $"Agent '{name}'", $"Remove-AgwAgent {name} -Cascade", cancellationToken).ConfigureAwait(false);
                }

                var vm = store.Write(state =>
                {
                    state.Update(row with { State = LifecycleState.Removing });
                    return state.GetVm(row.VmId)!;
                });
                await jobs.EraseAsync(scope, store.Read(state => state.ListJobs(agentId: row.Id)), cancellationToken).ConfigureAwait(false);
                await EraseAsync(scope, row, vm, cancellationToken).ConfigureAwait(false);
                scope.Record("agent recorded");
                store.Write(state => state.DeleteAgent(row.Id));
            },
            cancellationToken);

    /// <summary>Grants workspaces of the agent's machine; with <paramref name="all"/>, every present and future one.</summary>
    public Task<IReadOnlyList<AgwGrant>> GrantAsync(
        string agent, IReadOnlyList<string> workspaces, bool all, IEventSink events, CancellationToken cancellationToken) =>
        operations.RunAsync(
            "Grant-AgwWorkspaceAccess",
            EntityKind.Agent,
            agent,
            events,
            async scope =>
            {
                var (row, vm) = Require(agent);
                var granted = store.Read(state => Resolve(state, row, vm, workspaces, all));

                // Recorded before it holds: a crash in between leaves a grant that the next run makes true, not access that nobody knows of.
                store.Write(state =>
                {
                    state.Update(row with { AllWorkspaces = row.AllWorkspaces || all });
                    foreach (var workspace in all ? [] : granted)
                    {
                        state.AddGrant(new GrantRow(row.Id, workspace.Id, GrantKind.Explicit));
                    }
                });
                scope.Record("grants on the machine");
                await WorkspaceAccess.GrantAsync(machines.Shell(vm), row, granted, scope.RemoteId("grant"), cancellationToken).ConfigureAwait(false);
                return (IReadOnlyList<AgwGrant>)[.. granted.Select(workspace => ToModel(row, workspace, vm, all ? GrantKind.All : GrantKind.Explicit))];
            },
            cancellationToken);

    /// <summary>
    /// Takes explicit grants back, at once. Processes of the agent that still stand in the workspace are sent SIGHUP and reported;
    /// with <paramref name="kill"/> they are killed.
    /// </summary>
    public Task<IReadOnlyList<RevokeOutcome>> RevokeAsync(
        string agent, IReadOnlyList<string> workspaces, bool all, bool kill, IEventSink events, CancellationToken cancellationToken) =>
        operations.RunAsync(
            "Revoke-AgwWorkspaceAccess",
            EntityKind.Agent,
            agent,
            events,
            async scope =>
            {
                var (row, vm) = Require(agent);
                var targets = store.Read(state => Resolve(state, row, vm, workspaces, all));
                var outcomes = new List<RevokeOutcome>();
                foreach (var workspace in targets)
                {
                    var implicitly = store.Read(state => state.ListGrants(row.Id, workspace.Id)).Any(grant => grant.Kind == GrantKind.Implicit);
                    var still = implicitly || (row.AllWorkspaces && !all);
                    var left = LingeringProcesses.None;
                    if (!still)
                    {
                        scope.Record("revoke " + workspace.Name);
                        left = await WorkspaceAccess.RevokeAsync(
                            machines.Shell(vm), row, workspace, kill, scope.RemoteId("revoke-" + workspace.Name), cancellationToken).ConfigureAwait(false);
                    }

                    // Forgotten only after it no longer holds.
                    store.Write(state => state.RemoveGrant(new GrantRow(row.Id, workspace.Id, GrantKind.Explicit)));
                    outcomes.Add(new RevokeOutcome(ToModel(row, workspace, vm, all ? GrantKind.All : GrantKind.Explicit), still, left.Inside, left.Hidden, left.Holders));
                }

                if (all)
                {
                    store.Write(state => state.Update(row with { AllWorkspaces = false }));
                }

                return (IReadOnlyList<RevokeOutcome>)outcomes;
            },
            cancellationToken);

    /// <summary>A login shell as the agent, at home or in a workspace that it may enter.</summary>
    public async Task<InteractiveCommand> GetShellAsync(string name, string? workspace, CancellationToken cancellationToken)
    {
        var (row, vm) = Require(name);
        var place = workspace is null ? null : store.Read(state => state.RequireWorkspace(workspace));
        if (place is not null)
        {
            RequireAccess(store, row, place);
        }

        var exports = await shellVariables.PrepareAsync(machines.Shell(vm), vm, place, row, row.LinuxUser, cancellationToken).ConfigureAwait(false);
        var folder = place is null ? string.Empty : $"cd {PosixShell.Quote(place.Path)} && ";
        var line = place is null && exports.Length == 0 ? null : $"{exports}{folder}exec \"$SHELL\" -l";
        return await machines.EnterAsync(vm, row.LinuxUser, line, cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="AccessNotGrantedException">The agent has no grant of any kind.</exception>
    internal static void RequireAccess(StateStore store, AgentRow agent, WorkspaceRow workspace)
    {
        if (agent.VmId != workspace.VmId || !(agent.AllWorkspaces || store.Read(state => state.ListGrants(agent.Id, workspace.Id)).Count > 0))
        {
            throw new AccessNotGrantedException(agent.Name, workspace.Name)
            {
                Target = agent.Name,
                Recommendation = $"Grant-AgwWorkspaceAccess -Agent {agent.Name} -Workspace {workspace.Name}",
            };
        }
    }

    /// <summary>An agent as it will be recorded; everything about the request is checked, and nothing is done.</summary>
    internal AgentRow Plan(NewAgent request, VmRow vm)
    {
        Naming.Validate(EntityKind.Agent, request.Name);
        return Row(request, config.Load().ResolveAgentTemplate(request.Template).Name, vm);
    }

    /// <summary>Finds the tokens of an agent that is to be made, before anything is done.</summary>
    /// <exception cref="SecretMissingException">Names all that are missing.</exception>
    internal Task<IReadOnlyList<GitCredentialEntry>> ResolveCredentialsAsync(NewAgent request, CancellationToken cancellationToken)
    {
        var half = store.Read(state => state.FindAgent(request.Name) is { State: LifecycleState.Creating } row ? (Row: row, Vm: state.GetVm(row.VmId)) : default);
        return planner.ResolveCredentialsAsync(request.Template, half.Vm, half.Row, request.Name, cancellationToken);
    }

    /// <summary>Makes a recorded agent, whole or half made, as a part of another operation that holds its lock and undoes what fails.</summary>
    internal async Task BuildAsync(
        OperationScope scope, AgentRow row, VmRow vm, IReadOnlyList<GitCredentialEntry> credentials, CancellationToken cancellationToken)
    {
        scope.Record("user on the machine");
        var result = await ApplyAsync(scope, row, vm, credentials, cancellationToken).ConfigureAwait(false);
        scope.Record("agent recorded");
        Finish(row, result, []);
    }

    /// <summary>Takes the user with all it has off the machine; its record is the caller's business.</summary>
    internal Task EraseAsync(OperationScope scope, AgentRow row, VmRow vm, CancellationToken cancellationToken)
    {
        scope.Record("user on the machine");
        return machines.Shell(vm).RequireAsync(
            new RemoteCommand
            {
                Script = EmbeddedText.Read("processes.sh") + EmbeddedText.Read("agent-remove.sh"),
                Arguments = [row.LinuxUser, .. store.Read(state => state.ListWorkspaces(vm.Id)).Select(workspace => workspace.Path)],
                OperationId = scope.RemoteId("remove"),
                OnDisconnect = DisconnectAction.Finish,
                Timeout = TimeSpan.FromMinutes(5),
            },
            $"Removing agent '{row.Name}'",
            cancellationToken);
    }

    private (AgentRow Row, VmRow Vm, IReadOnlyList<WorkspaceRow> Workspaces) Insert(NewAgent request, string template) => store.Write(state =>
    {
        var vm = state.RequireVmOrOnly(request.Vm);
        if (state.FindAgent(request.Name) is { } old)
        {
            if (old.State != LifecycleState.Creating || old.VmId != vm.Id)
            {
                throw new AlreadyExistsException(EntityKind.Agent, request.Name)
                {
                    Target = request.Name,
                    Recommendation = $"Initialize-AgwAgent {request.Name}, or choose another name.",
                };
            }

            return (old, vm, Resolve(state, old, vm, request.Workspaces, request.AllWorkspaces));
        }

        var row = Row(request, template, vm);
        state.Insert(row);
        return (row, vm, Resolve(state, row, vm, request.Workspaces, request.AllWorkspaces));
    });

    private AgentRow Row(NewAgent request, string template, VmRow vm) => new()
    {
        Id = Identifier.New(),
        Name = request.Name,
        VmId = vm.Id,
        State = LifecycleState.Creating,
        Template = template,
        LinuxUser = Naming.AgentUserPrefix + request.Name,
        AllWorkspaces = request.AllWorkspaces,
        Created = clock.GetUtcNow(),
    };

    private static IReadOnlyList<WorkspaceRow> Resolve(StateReader state, AgentRow agent, VmRow vm, IReadOnlyList<string> names, bool all)
    {
        if (all)
        {
            return [.. state.ListWorkspaces(vm.Id).Where(row => row.State is LifecycleState.Ready or LifecycleState.Partial)];
        }

        var rows = names.Select(state.RequireWorkspace).ToArray();
        if (rows.FirstOrDefault(row => row.VmId != vm.Id) is { } foreign)
        {
            throw new InvalidRequestException(
                $"Workspace '{foreign.Name}' lives on VM '{state.GetVm(foreign.VmId)!.Name}', agent '{agent.Name}' on VM '{vm.Name}'.")
            {
                Target = foreign.Name,
                Recommendation = $"Choose one of: Get-AgwWorkspace -Vm {vm.Name}",
            };
        }

        return rows;
    }

    /// <summary>What makes its recorded grants true on the machine, and nothing else.</summary>
    internal IReadOnlyList<ProvisionStep> AccessSteps(AgentRow row) => store.Read(state => AccessPlan.Of(state, row)).ToSteps();

    private async Task<AgwInitialization> ApplyAsync(
        OperationScope scope,
        AgentRow row,
        VmRow vm,
        IReadOnlyList<GitCredentialEntry> credentials,
        CancellationToken cancellationToken,
        IReadOnlyList<ProvisionStep>? more = null)
    {
        var began = clock.GetTimestamp();
        var plan = await planner.PlanAsync(row, vm, credentials, cancellationToken).ConfigureAwait(false);
        var steps = await Provisioner.RunAsync(
            machines.Shell(vm), row.Name, [.. plan.ToSteps(), .. more ?? []], scope.RemoteId("provision"), scope.Events, cancellationToken).ConfigureAwait(false);
        planner.Record(vm, row, credentials, steps);
        return new AgwInitialization
        {
            Vm = vm.Name,
            Agent = row.Name,
            Steps = steps,
            Duration = clock.GetElapsedTime(began),
        };
    }

    private void Finish(AgentRow row, AgwInitialization result, IReadOnlyList<WorkspaceRow> explicitly) => store.Write(state =>
    {
        state.Update(row with { State = result.Failed > 0 ? LifecycleState.Partial : LifecycleState.Ready, FailedSteps = result.FailedNames });
        foreach (var workspace in explicitly)
        {
            state.AddGrant(new GrantRow(row.Id, workspace.Id, GrantKind.Explicit));
        }
    });

    private AgwAgent Model(string name) => List().First(agent => agent.Name == name);

    private AgentRow Find(string name) => store.Read(state => state.FindAgent(name))
        ?? throw new NotFoundException(EntityKind.Agent, name) { Target = name, Recommendation = "Get-AgwAgent lists them." };

    private (AgentRow Row, VmRow Vm) Require(string name) => store.Read(state =>
    {
        var row = state.RequireAgent(name);
        return (row, state.GetVm(row.VmId)!);
    });

    private static AgwGrant ToModel(AgentRow agent, WorkspaceRow workspace, VmRow vm, GrantKind kind) =>
        new() { Agent = agent.Name, Workspace = workspace.Name, Vm = vm.Name, Kind = kind };
}
