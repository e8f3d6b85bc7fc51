using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Sessions;

/// <summary>
/// Sessions: persistent, locked-down tmux sessions. A session's life in four files: this one decides, <see cref="SessionLaunch"/> says
/// what a start needs, <see cref="SessionMachine"/> asks the machine, and Machine/session-start.sh does it there.
/// </summary>
public sealed class SessionService(
    StateStore store, MachineConnections machines, OperationRunner operations, SessionPlanner planner, SessionObserver observer)
{
    /// <summary>How long undoing may take after Ctrl-C, when nobody waits for it any more.</summary>
    internal static readonly TimeSpan UndoLimit = TimeSpan.FromMinutes(2);

    private readonly StateModel _model = new(store);
    private readonly SessionBatch _batch = new(store, machines, operations);

    /// <summary>What is recorded; nothing is asked.</summary>
    public IReadOnlyList<AgwSession> List() => [.. _model.Sessions()];

    /// <summary>The same one by one, however many there are.</summary>
    public IEnumerable<AgwSession> Enumerate() => _model.Sessions();

    /// <summary>The same sessions with their status, machine by machine as each answers: a dead one delays no other.</summary>
    public IAsyncEnumerable<AgwSession> ObserveAsync(IReadOnlyList<AgwSession> sessions, CancellationToken cancellationToken) =>
        observer.ObserveAsync(sessions, cancellationToken);

    /// <summary>Makes a session and starts it.</summary>
    /// <exception cref="SessionDiedException">The command ended at once.</exception>
    public async Task<AgwSession> CreateAsync(NewSession request, IEventSink events, CancellationToken cancellationToken)
    {
        Naming.Validate(EntityKind.Session, request.Name);
        var place = planner.Place(request.Workspace, request.Agent);
        var row = planner.Plan(request, place);
        var secrets = await planner.FindSecretsAsync(row, place, request.Secrets, cancellationToken).ConfigureAwait(false);
        return await operations.RunAsync(
            "New-AgwSession",
            EntityKind.Session,
            request.Name,
            events,
            scope => StartNewAsync(scope, row, place, secrets, cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Starts stopped or ended sessions; a running one is left alone.</summary>
    /// <param name="names">Which.</param>
    /// <param name="restart">Stop running ones first.</param>
    /// <param name="kill">Kill running ones, with all of their processes, rather than telling them to end: for one that is broken.</param>
    /// <param name="secrets">Values for the sessions' secret variables, which are never stored; missing ones are looked for in the secret source.</param>
    /// <param name="events">Progress.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public IAsyncEnumerable<BatchOutcome<AgwSession>> StartAsync(
        IReadOnlyList<string> names, bool restart, bool kill, IReadOnlyDictionary<string, string> secrets, IEventSink events, CancellationToken cancellationToken) =>
        _batch.RunAsync(
            restart ? "Restart-AgwSession" : "Start-AgwSession",
            names,
            (row, report) => Recorded(row, report) with { Desired = DesiredPower.Running },
            events,
            async (scope, machine, rows, cancel) =>
            {
                var launches = new List<SessionLaunch>();
                var reports = new List<SessionReport>();
                foreach (var row in rows)
                {
                    try
                    {
                        var place = planner.Place(row);
                        var values = await planner.FindSecretsAsync(row, place, secrets, cancel).ConfigureAwait(false);
                        launches.Add(planner.Launch(row, place, values, again: true));
                    }
                    catch (AgentworksException e)
                    {
                        reports.Add(SessionReport.Refused(row.Name, e));
                    }
                }

                reports.AddRange(await machine.StartAsync(launches, restart, discard: false, kill, scope.RemoteId("start"), cancel).ConfigureAwait(false));
                return reports;
            },
            cancellationToken);

    /// <summary>The same; running ones are told to end, not killed.</summary>
    public IAsyncEnumerable<BatchOutcome<AgwSession>> StartAsync(
        IReadOnlyList<string> names, bool restart, IReadOnlyDictionary<string, string> secrets, IEventSink events, CancellationToken cancellationToken) =>
        StartAsync(names, restart, kill: false, secrets, events, cancellationToken);

    /// <summary>Interrupts the commands, waits a little for all of them together, and ends what is left.</summary>
    public IAsyncEnumerable<BatchOutcome<AgwSession>> StopAsync(
        IReadOnlyList<string> names, StopSession how, IEventSink events, CancellationToken cancellationToken) =>
        _batch.RunAsync(
            "Stop-AgwSession",
            names,
            (row, report) => Recorded(row, report) with { Desired = DesiredPower.Stopped },
            events,
            (scope, machine, rows, cancel) => machine.StopAsync(Names(rows), how, scope.RemoteId("stop"), cancel),
            cancellationToken);

    /// <summary>Stops them and removes them with their logs.</summary>
    public IAsyncEnumerable<BatchOutcome<AgwSession>> RemoveAsync(
        IReadOnlyList<string> names, IEventSink events, CancellationToken cancellationToken) =>
        _batch.RunAsync(
            "Remove-AgwSession",
            names,
            null,
            events,
            (scope, machine, rows, cancel) => machine.RemoveAsync(Names(rows), scope.RemoteId("remove"), cancel),
            cancellationToken);

    /// <summary>Types into them.</summary>
    public IAsyncEnumerable<BatchOutcome<AgwSession>> SendInputAsync(
        IReadOnlyList<string> names, SessionInput input, CancellationToken cancellationToken) =>
        _batch.RunAsync(
            "Send-AgwSessionInput",
            names,
            Recorded,
            NullEventSink.Instance,
            (scope, machine, rows, cancel) => machine.SendInputAsync(Names(rows), input, scope.RemoteId("input"), cancel),
            cancellationToken);

    /// <summary>
    /// Lines of the session's log, oldest first, also of a session that has ended. With <paramref name="wait"/>, goes on with new
    /// ones until cancelled. Terminal control sequences are taken out unless <paramref name="raw"/>.
    /// </summary>
    public IAsyncEnumerable<string> ReadLogAsync(string name, int? tail, bool wait, bool raw, CancellationToken cancellationToken) =>
        new SessionLog(machines.Shell(planner.Place(Find(name)).Vm)).ReadAsync(name, tail, wait, raw, cancellationToken);

    /// <summary>The process that attaches the operator's terminal: ssh as the session's own user, never as another.</summary>
    /// <exception cref="NotReadyException">It does not run.</exception>
    public async Task<InteractiveCommand> GetAttachAsync(string name, bool readOnly, CancellationToken cancellationToken)
    {
        var place = planner.Place(Find(name));
        var reports = await new SessionMachine(machines.Shell(place.Vm)).ObserveAsync(cancellationToken).ConfigureAwait(false);
        if (!reports.TryGetValue(name, out var report) || report.Status is not (SessionStatus.Running or SessionStatus.Exited))
        {
            throw new NotReadyException($"Session '{name}' does not run.") { Target = name, Recommendation = $"Start-AgwSession {name}" };
        }

        var attach = $"exec tmux -S /run/agentworks/sessions/{name}/tmux/sock attach-session{(readOnly ? " -r" : string.Empty)} -t ={name}";
        return await machines.EnterAsync(place.Vm, place.User, attach, cancellationToken).ConfigureAwait(false);
    }

    internal static NotFoundException NoSuchSession(string name) =>
        new(EntityKind.Session, name) { Target = name, Recommendation = "Get-AgwSession lists them." };

    /// <summary>Makes and starts a session whose place is there, as a part of another operation that holds its lock and undoes what fails.</summary>
    internal async Task<SessionReport> BuildAsync(
        OperationScope scope, SessionRow row, SessionPlace place, IReadOnlyDictionary<string, string> secrets, CancellationToken cancellationToken)
    {
        var launch = planner.Launch(row, place, secrets, again: false) with { Grant = Insert(row, place) };
        scope.Record("session on the machine");
        var reports = await new SessionMachine(machines.Shell(place.Vm))
            .StartAsync([launch], restart: false, discard: true, kill: false, scope.RemoteId("start"), cancellationToken).ConfigureAwait(false);
        return reports.FirstOrDefault(one => one.Name == row.Name)
            ?? throw new RemoteCommandException($"VM '{place.Vm.Name}' said nothing about session '{row.Name}'.");
    }

    /// <summary>Records what <see cref="BuildAsync"/> has made.</summary>
    internal AgwSession Accept(OperationScope scope, SessionRow row, SessionReport report)
    {
        scope.Record("session recorded");
        store.Write(state => state.Update(Recorded(row, report)));
        return report.Apply(_model.Session(row.Name)!);
    }

    /// <summary>Takes it off the machine, whatever it is doing there; its record is the caller's business.</summary>
    internal async Task EraseAsync(OperationScope scope, SessionRow row, VmRow vm, CancellationToken cancellationToken)
    {
        scope.Record("session on the machine");
        var reports = await new SessionMachine(machines.Shell(vm)).RemoveAsync([row.Name], scope.RemoteId("remove"), cancellationToken).ConfigureAwait(false);
        if (reports.FirstOrDefault(report => report.Failed) is { } failed)
        {
            throw failed.ToFailure();
        }
    }

    /// <exception cref="AlreadyExistsException">There is one of that name that is not half made.</exception>
    /// <exception cref="NotReadyException">There is one, half made along with other things than are wanted now.</exception>
    internal static SessionRow? FindHalfMade(StateReader state, string name, string? makeWorkspace, string? makeAgent)
    {
        var old = state.FindSession(name);
        if (old is null)
        {
            return null;
        }

        if (old.State != LifecycleState.Creating)
        {
            throw new AlreadyExistsException(EntityKind.Session, name)
            {
                Target = name,
                Recommendation = $"Start-AgwSession {name}, or choose another name.",
            };
        }

        var place = SessionPlace.Of(state, old);
        if ((old.MadeWorkspace ? place.Workspace.Name : null) != makeWorkspace || (old.MadeAgent ? place.Agent?.Name : null) != makeAgent)
        {
            throw new NotReadyException($"Session '{name}' was begun along with other things and not finished.")
            {
                Target = name,
                Recommendation = $"Run the command that began it again, or Remove-AgwSession {name} -Cascade.",
            };
        }

        return old;
    }

    private async Task<AgwSession> StartNewAsync(
        OperationScope scope, SessionRow row, SessionPlace place, IReadOnlyDictionary<string, string> secrets, CancellationToken cancellationToken)
    {
        SessionReport report;
        try
        {
            report = await BuildAsync(scope, row, place, secrets, cancellationToken).ConfigureAwait(false);
        }
        catch (AgentworksException e) when (e is ConnectionFailedException or NotReadyException)
        {
            // It certainly did not begin, so there is nothing to find again later.
            store.Write(state => state.DeleteSession(row.Id));
            throw;
        }
        catch (OperationCanceledException)
        {
            await UndoAsync(scope.Within("undo"), row, place).ConfigureAwait(false);
            throw;
        }

        if (report.Failed)
        {
            await DropAsync(scope, row, place, cancellationToken).ConfigureAwait(false);
            throw report.ToFailure();
        }

        return Accept(scope, row, report);
    }

    /// <summary>Undoes a start that was called off; when that fails, the record stays for Remove-AgwSession.</summary>
    private async Task UndoAsync(OperationScope scope, SessionRow row, SessionPlace place)
    {
        using var limit = new CancellationTokenSource(UndoLimit);
        try
        {
            await EraseAsync(scope, row, place.Vm, limit.Token).ConfigureAwait(false);
            await DropAsync(scope, row, place, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AgentworksException or OperationCanceledException)
        {
            scope.Events.Report(new WarningEvent($"What was made of session '{row.Name}' could not be undone ({e.Message}). Run: Remove-AgwSession {row.Name}"));
        }
    }

    /// <summary>Drops the record of a session that is not on its machine, with the access that only it needed.</summary>
    private async Task DropAsync(OperationScope scope, SessionRow row, SessionPlace place, CancellationToken cancellationToken)
    {
        var orphaned = store.Write(state =>
        {
            state.DeleteSession(row.Id);
            return place.Agent is { AllWorkspaces: false } && state.ListGrants(place.Agent.Id, place.Workspace.Id).Count == 0;
        });
        if (orphaned)
        {
            await WorkspaceAccess.RevokeAsync(
                machines.Shell(place.Vm), place.Agent!, place.Workspace, kill: false, scope.RemoteId("revoke"), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Records the session and what it needs granted; the group to let its user into, or null when it is in already.</summary>
    private string? Insert(SessionRow row, SessionPlace place) => store.Write(state =>
    {
        if (FindHalfMade(state, row.Name, row.MadeWorkspace ? place.Workspace.Name : null, row.MadeAgent ? place.Agent?.Name : null) is { } old)
        {
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

    private static SessionRow Recorded(SessionRow row, SessionReport report) => row with
    {
        State = LifecycleState.Ready,
        RunId = report.RunId ?? row.RunId,
        Started = report.Started ?? row.Started,
    };

    private static IReadOnlyList<string> Names(IReadOnlyList<SessionRow> rows) => [.. rows.Select(row => row.Name)];

    private SessionRow Find(string name) => store.Read(state => state.FindSession(name)) ?? throw NoSuchSession(name);
}
