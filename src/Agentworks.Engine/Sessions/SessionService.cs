using System.Text.Json;
using Agentworks.Agents;
using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Ports;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Sessions;

/// <summary>
/// Sessions: persistent, locked-down tmux sessions. A session's life in four files: this one decides, <see cref="SessionLaunch"/> says
/// what a start needs, <see cref="SessionMachine"/> asks the machine, and Machine/session-start.sh does it there.
/// Plural operations cost one round trip per machine.
/// </summary>
public sealed class SessionService(
    StateStore store, ConfigService config, MachineConnections machines, MachinePower power, OperationRunner operations, ISecretSource secretSource, TimeProvider clock)
{
    private readonly StateModel _model = new(store);

    /// <summary>What is recorded; nothing is asked.</summary>
    public IReadOnlyList<AgwSession> List() => [.. _model.Sessions()];

    /// <summary>The same one by one, however many there are.</summary>
    public IEnumerable<AgwSession> Enumerate() => _model.Sessions();

    /// <summary>The same sessions with their status, machine by machine as each answers.</summary>
    public IAsyncEnumerable<AgwSession> ObserveAsync(IReadOnlyList<AgwSession> sessions, CancellationToken cancellationToken) =>
        FanOut.RunAsync<IGrouping<string, AgwSession>, AgwSession>(
            sessions.GroupBy(session => session.Vm, StringComparer.Ordinal),
            async (group, output, cancel) =>
            {
                foreach (var session in await ObserveMachineAsync(group.Key, [.. group], cancel).ConfigureAwait(false))
                {
                    await output.WriteAsync(session, cancel).ConfigureAwait(false);
                }
            },
            cancellationToken);

    /// <summary>Makes a session and starts it.</summary>
    /// <exception cref="SessionDiedException">The command ended at once.</exception>
    public async Task<AgwSession> CreateAsync(NewSession request, IEventSink events, CancellationToken cancellationToken)
    {
        Naming.Validate(EntityKind.Session, request.Name);
        var template = config.Load().ResolveSessionTemplate(request.Template);
        var place = Place(request.Workspace, request.Agent);
        var environment = new Dictionary<string, string>(template.Env, StringComparer.Ordinal);
        foreach (var (name, value) in request.Environment)
        {
            environment[name] = value;
        }

        SessionVariables.Validate(environment.Keys.Concat(request.Secrets.Keys));
        var row = new SessionRow
        {
            Id = Identifier.New(),
            Name = request.Name,
            WorkspaceId = place.Workspace.Id,
            AgentId = place.Agent?.Id,
            State = LifecycleState.Creating,
            Desired = DesiredPower.Running,
            Template = template.Name,
            Command = Expand(request.Command ?? template.Command),
            RestartCommand = Expand(request.RestartCommand ?? template.RestartCommand),
            EnvironmentJson = JsonSerializer.Serialize(environment.ToDictionary(pair => pair.Key, pair => Expand(pair.Value), StringComparer.Ordinal)),
            SecretNamesJson = JsonSerializer.Serialize(request.Secrets.Keys),
            RunId = Identifier.New(),
            Created = clock.GetUtcNow(),
        };

        string Expand(string text) => SessionCommandTemplate.Parse(text).Expand(request.Name, request.Workspace);
        return await operations.RunAsync(
            "New-AgwSession",
            EntityKind.Session,
            request.Name,
            events,
            scope => StartNewAsync(scope, row, place, request.Secrets, cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Starts stopped or ended sessions; a running one is left alone.</summary>
    /// <param name="names">Which.</param>
    /// <param name="restart">Stop running ones first.</param>
    /// <param name="secrets">Values for the sessions' secret variables, which are never stored; missing ones are looked for in the secret source.</param>
    /// <param name="events">Progress.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public IAsyncEnumerable<BatchOutcome<AgwSession>> StartAsync(
        IReadOnlyList<string> names, bool restart, IReadOnlyDictionary<string, string> secrets, IEventSink events, CancellationToken cancellationToken) =>
        EachMachineAsync(
            restart ? "Restart-AgwSession" : "Start-AgwSession",
            names,
            events,
            async (scope, machine, sessions, cancel) =>
            {
                var launches = new List<SessionLaunch>();
                foreach (var session in sessions)
                {
                    var run = session with { RunId = Identifier.New() };
                    var values = await FindSecretsAsync(run, secrets, cancel).ConfigureAwait(false);
                    launches.Add(Launch(run, Place(run), values, again: true));
                }

                var reports = await machine.StartAsync(launches, restart, discard: false, scope.RemoteId("start"), cancel).ConfigureAwait(false);
                return (reports, DesiredPower.Running);
            },
            cancellationToken);

    public IAsyncEnumerable<BatchOutcome<AgwSession>> StopAsync(
        IReadOnlyList<string> names, StopSession how, IEventSink events, CancellationToken cancellationToken) =>
        EachMachineAsync(
            "Stop-AgwSession",
            names,
            events,
            async (scope, machine, sessions, cancel) =>
                (await machine.StopAsync([.. sessions.Select(row => row.Name)], how, scope.RemoteId("stop"), cancel).ConfigureAwait(false), DesiredPower.Stopped),
            cancellationToken);

    /// <summary>Stops them and removes them with their logs.</summary>
    public IAsyncEnumerable<BatchOutcome<AgwSession>> RemoveAsync(
        IReadOnlyList<string> names, IEventSink events, CancellationToken cancellationToken) =>
        EachMachineAsync(
            "Remove-AgwSession",
            names,
            events,
            async (scope, machine, sessions, cancel) =>
            {
                var reports = await machine.RemoveAsync([.. sessions.Select(row => row.Name)], scope.RemoteId("remove"), cancel).ConfigureAwait(false);
                return (reports, null);
            },
            cancellationToken);

    public IAsyncEnumerable<BatchOutcome<AgwSession>> SendInputAsync(
        IReadOnlyList<string> names, SessionInput input, CancellationToken cancellationToken) =>
        EachMachineAsync(
            "Send-AgwSessionInput",
            names,
            NullEventSink.Instance,
            async (scope, machine, sessions, cancel) =>
                (await machine.SendInputAsync([.. sessions.Select(row => row.Name)], input, scope.RemoteId("input"), cancel).ConfigureAwait(false), null),
            cancellationToken);

    /// <summary>
    /// Lines of the session's log, oldest first, also of a session that has ended. With <paramref name="wait"/>, goes on with new
    /// ones until cancelled. Terminal control sequences are taken out unless <paramref name="raw"/>.
    /// </summary>
    public IAsyncEnumerable<string> ReadLogAsync(string name, int? tail, bool wait, bool raw, CancellationToken cancellationToken)
    {
        var place = Place(Find(name));
        return new SessionLog(machines.Shell(place.Vm)).ReadAsync(name, tail, wait, raw, cancellationToken);
    }

    /// <summary>The process that attaches the operator's terminal: ssh as the session's own user, never as another.</summary>
    public async Task<InteractiveCommand> GetAttachAsync(string name, bool readOnly, CancellationToken cancellationToken)
    {
        var row = Find(name);
        var place = Place(row);
        var reports = await new SessionMachine(machines.Shell(place.Vm)).ObserveAsync(cancellationToken).ConfigureAwait(false);
        if (!reports.TryGetValue(name, out var report) || report.Status is not (SessionStatus.Running or SessionStatus.Exited))
        {
            throw new NotReadyException($"Session '{name}' does not run.") { Target = name, Recommendation = $"Start-AgwSession {name}" };
        }

        var attach = $"exec tmux -S /run/agentworks/sessions/{name}/tmux/sock attach-session{(readOnly ? " -r" : string.Empty)} -t ={name}";
        return machines.Interactive(place.Vm, place.User, attach);
    }

    private async Task<AgwSession> StartNewAsync(
        OperationScope scope, SessionRow row, SessionPlace place, IReadOnlyDictionary<string, string> secrets, CancellationToken cancellationToken)
    {
        var grant = Insert(row, place);
        scope.Record("session on the machine");
        SessionReport report;
        try
        {
            var machine = new SessionMachine(machines.Shell(place.Vm));
            var launch = Launch(row, place, secrets, again: false) with { Grant = grant };
            var reports = await machine.StartAsync([launch], restart: false, discard: true, scope.RemoteId("start"), cancellationToken).ConfigureAwait(false);
            report = reports.FirstOrDefault(one => one.Name == row.Name)
                ?? throw new RemoteCommandException($"VM '{place.Vm.Name}' said nothing about session '{row.Name}'.");
        }
        catch (ConnectionFailedException)
        {
            // It certainly did not begin, so there is nothing to find again later.
            store.Write(state => state.DeleteSession(row.Id));
            throw;
        }

        if (report.Failed)
        {
            await WithdrawAsync(scope, row, place, grant is not null, cancellationToken).ConfigureAwait(false);
            throw Died(row.Name, report);
        }

        scope.Record("session recorded");
        var ready = row with { State = LifecycleState.Ready, Started = report.Started, RunId = report.RunId ?? row.RunId };
        store.Write(state => state.Update(ready));
        return Merge(_model.Session(row.Name)!, report);
    }

    /// <summary>Records the session and what it needs granted; the group to let its user into, or null when it is in already.</summary>
    private string? Insert(SessionRow row, SessionPlace place) => store.Write(state =>
    {
        if (state.FindSession(row.Name) is { } old)
        {
            if (old.State != LifecycleState.Creating)
            {
                throw new AlreadyExistsException(EntityKind.Session, row.Name)
                {
                    Target = row.Name,
                    Recommendation = $"Start-AgwSession {row.Name}, or choose another name.",
                };
            }

            // Its maker died; the lock is ours now, and the machine's script converges on what is wanted.
            state.DeleteSession(old.Id);
        }

        state.Insert(row);
        if (place.Agent is null)
        {
            return null;
        }

        var granted = place.Agent.AllWorkspaces || state.ListGrants(place.Agent.Id, place.Workspace.Id).Count > 0;
        state.AddGrant(new GrantRow(place.Agent.Id, place.Workspace.Id, GrantKind.Implicit, row.Id));
        return granted ? null : place.Workspace.LinuxGroup;
    });

    /// <summary>Takes back what a session that never ran was given.</summary>
    private async Task WithdrawAsync(OperationScope scope, SessionRow row, SessionPlace place, bool granted, CancellationToken cancellationToken)
    {
        store.Write(state => state.DeleteSession(row.Id));
        if (granted && place.Agent is { } agent)
        {
            await WorkspaceAccess.RevokeAsync(machines.Shell(place.Vm), agent, place.Workspace, kill: false, scope.RemoteId("revoke"), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<AgwSession>> ObserveMachineAsync(string vmName, IReadOnlyList<AgwSession> sessions, CancellationToken cancellationToken)
    {
        var vm = store.Read(state => state.FindVm(vmName));
        if (vm is null)
        {
            return sessions;
        }

        try
        {
            var reports = await new SessionMachine(machines.Probe(vm)).ObserveAsync(cancellationToken).ConfigureAwait(false);
            return [.. sessions.Select(session => reports.TryGetValue(session.Name, out var report)
                ? Merge(session, report)
                : session with { Status = SessionStatus.Stopped })];
        }
        catch (AgentworksException)
        {
            // What a machine that is off does not run is known; of one that cannot be asked, nothing is.
            var off = await power.IsOffAsync(vm, cancellationToken).ConfigureAwait(false);
            return [.. sessions.Select(session => session with { Status = off ? SessionStatus.Stopped : SessionStatus.Unknown })];
        }
    }

    /// <summary>Does one thing with many sessions: one round trip per machine, one outcome per session.</summary>
    private IAsyncEnumerable<BatchOutcome<AgwSession>> EachMachineAsync(
        string operation,
        IReadOnlyList<string> names,
        IEventSink events,
        Func<OperationScope, SessionMachine, IReadOnlyList<SessionRow>, CancellationToken, Task<(IReadOnlyList<SessionReport> Reports, DesiredPower? Desired)>> action,
        CancellationToken cancellationToken)
    {
        var rows = names.Select(name => (Name: name, Row: store.Read(state => state.FindSession(name)))).ToArray();
        var groups = rows.GroupBy(row => row.Row is null ? string.Empty : Place(row.Row).Vm.Id, StringComparer.Ordinal);
        return FanOut.RunAsync<IGrouping<string, (string Name, SessionRow? Row)>, BatchOutcome<AgwSession>>(
            groups,
            async (group, output, cancel) =>
            {
                var outcomes = group.Key.Length == 0
                    ? [.. group.Select(row => new BatchOutcome<AgwSession>(row.Name, null, NoSuchSession(row.Name)))]
                    : await OnMachineAsync(operation, [.. group.Select(row => row.Row!)], events, action, cancel).ConfigureAwait(false);
                foreach (var outcome in outcomes)
                {
                    await output.WriteAsync(outcome, cancel).ConfigureAwait(false);
                }
            },
            cancellationToken);
    }

    private async Task<IReadOnlyList<BatchOutcome<AgwSession>>> OnMachineAsync(
        string operation,
        IReadOnlyList<SessionRow> rows,
        IEventSink events,
        Func<OperationScope, SessionMachine, IReadOnlyList<SessionRow>, CancellationToken, Task<(IReadOnlyList<SessionReport> Reports, DesiredPower? Desired)>> action,
        CancellationToken cancellationToken)
    {
        var models = rows.ToDictionary(row => row.Id, row => _model.Session(row.Name)!, StringComparer.Ordinal);
        try
        {
            var vm = Place(rows[0]).Vm;
            return await operations.RunManyAsync(
                operation,
                EntityKind.Session,
                [.. rows.Select(row => row.Name)],
                events,
                async scope =>
                {
                    scope.Record("sessions on the machine");
                    var (reports, desired) = await action(scope, new SessionMachine(machines.Shell(vm)), rows, cancellationToken).ConfigureAwait(false);
                    var removed = operation == "Remove-AgwSession";
                    var orphans = Settle(rows, reports, desired, removed);
                    foreach (var (agent, workspace) in orphans)
                    {
                        await WorkspaceAccess.RevokeAsync(machines.Shell(vm), agent, workspace, kill: false, scope.RemoteId("revoke-" + agent.Name), cancellationToken).ConfigureAwait(false);
                    }

                    return (IReadOnlyList<BatchOutcome<AgwSession>>)[.. rows.Select(row => Outcome(row, models[row.Id], reports))];
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (AgentworksException e)
        {
            return [.. rows.Select(row => new BatchOutcome<AgwSession>(row.Name, null, e))];
        }
    }

    /// <summary>Records what became of each, and returns the agents that no longer have any grant for a workspace.</summary>
    private IReadOnlyList<(AgentRow Agent, WorkspaceRow Workspace)> Settle(
        IReadOnlyList<SessionRow> rows, IReadOnlyList<SessionReport> reports, DesiredPower? desired, bool removed) => store.Write(state =>
    {
        var orphans = new List<(AgentRow, WorkspaceRow)>();
        foreach (var row in rows)
        {
            var report = reports.FirstOrDefault(one => one.Name == row.Name);
            if (report is null || report.Failed)
            {
                continue;
            }

            if (!removed)
            {
                state.Update(row with
                {
                    State = LifecycleState.Ready,
                    Desired = desired ?? row.Desired,
                    RunId = report.RunId ?? row.RunId,
                    Started = report.Started ?? row.Started,
                });
                continue;
            }

            state.DeleteSession(row.Id);
            if (row.AgentId is not null
                && state.GetAgent(row.AgentId) is { AllWorkspaces: false } agent
                && state.GetWorkspace(row.WorkspaceId) is { } workspace
                && state.ListGrants(agent.Id, workspace.Id).Count == 0)
            {
                orphans.Add((agent, workspace));
            }
        }

        return orphans;
    });

    private static BatchOutcome<AgwSession> Outcome(SessionRow row, AgwSession model, IReadOnlyList<SessionReport> reports)
    {
        var report = reports.FirstOrDefault(one => one.Name == row.Name);
        return report switch
        {
            null => new(row.Name, null, new RemoteCommandException($"The machine said nothing about session '{row.Name}'.") { Target = row.Name }),
            { Failed: true } => new(row.Name, null, Died(row.Name, report)),
            _ => new(row.Name, Merge(model, report), null),
        };
    }

    private static AgentworksException Died(string name, SessionReport report)
    {
        var said = report.Message.Trim();
        return report.Status == SessionStatus.Exited
            ? new SessionDiedException($"The command of session '{name}' ended at once with status {report.ExitCode}: {said}")
            {
                Target = name,
                Recommendation = $"Try it by hand: Invoke-AgwCommand, or Get-AgwSessionLog {name}.",
            }
            : new NotReadyException($"Session '{name}': {said}") { Target = name, Recommendation = $"Get-AgwSession {name} | Format-List" };
    }

    private static AgwSession Merge(AgwSession session, SessionReport report) => session with
    {
        Status = report.Status,
        ProcessId = report.ProcessId,
        ExitCode = report.ExitCode,
        RunId = report.RunId ?? session.RunId,
        Started = report.Started ?? session.Started,
    };

    private SessionLaunch Launch(SessionRow row, SessionPlace place, IReadOnlyDictionary<string, string> secrets, bool again) => new()
    {
        Name = row.Name,
        User = place.User,
        Directory = place.Workspace.Path,
        RunId = row.RunId ?? Identifier.New(),
        HistoryLimit = config.Load().Session.HistoryLimit,
        Command = again && row.RestartCommand.Length > 0 ? row.RestartCommand : row.Command,
        ResumeCommand = row.RestartCommand,
        MayGainPrivileges = place.Agent is null,
        Environment = SessionVariables.WithIdentity(StateModel.Variables(row.EnvironmentJson), row, place),
        Secrets = secrets,
    };

    private async Task<IReadOnlyDictionary<string, string>> FindSecretsAsync(
        SessionRow row, IReadOnlyDictionary<string, string> given, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in StateModel.Names(row.SecretNamesJson))
        {
            values[name] = given.TryGetValue(name, out var value)
                ? value
                : await secretSource.FindAsync(name, cancellationToken).ConfigureAwait(false)
                    ?? throw new SecretMissingException($"Session '{row.Name}' needs the secret '{name}', which is kept nowhere.")
                    {
                        Target = row.Name,
                        Recommendation = $"Start-AgwSession {row.Name} -SecretEnvironment @{{ {name} = (Read-Host -AsSecureString) }}",
                    };
        }

        return values;
    }

    private SessionRow Find(string name) => store.Read(state => state.FindSession(name)) ?? throw NoSuchSession(name);

    private static NotFoundException NoSuchSession(string name) =>
        new(EntityKind.Session, name) { Target = name, Recommendation = "Get-AgwSession lists them." };

    private SessionPlace Place(SessionRow row) => store.Read(state => SessionPlace.Of(state, row));

    private SessionPlace Place(string workspaceName, string? agentName) => store.Read(state =>
    {
        var workspace = state.RequireWorkspace(workspaceName);
        var vm = state.GetVm(workspace.VmId)!;
        var agent = agentName is null ? null : state.RequireAgent(agentName);
        if (agent is not null && agent.VmId != vm.Id)
        {
            throw new InvalidRequestException(
                $"Agent '{agentName}' lives on VM '{state.GetVm(agent.VmId)!.Name}', workspace '{workspaceName}' on VM '{vm.Name}'.")
            {
                Target = agentName,
                Recommendation = $"Choose one of: Get-AgwAgent -Vm {vm.Name}",
            };
        }

        return new SessionPlace(vm, workspace, agent);
    });
}
