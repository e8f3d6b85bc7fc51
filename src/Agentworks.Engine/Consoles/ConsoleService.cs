using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Sessions;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Consoles;

/// <summary>
/// Consoles: windows onto sessions of one machine, with shells beside them. What is recorded is what counts; the tmux on the machine
/// is built from it at the first entering and brought up to date with each change while it runs. Machine/consoles-apply.pl does both.
/// </summary>
public sealed class ConsoleService(
    StateStore store, MachineConnections machines, OperationRunner operations, ConsolePlanner planner, ConsoleObserver observer)
{
    /// <summary>What is recorded; nothing is asked.</summary>
    public IReadOnlyList<AgwConsole> List() => store.Read(ConsoleModel.List);

    /// <summary>The same consoles with their status, machine by machine as each answers. Starts no machine.</summary>
    public IAsyncEnumerable<AgwConsole> ObserveAsync(IReadOnlyList<AgwConsole> consoles, CancellationToken cancellationToken) =>
        observer.ObserveAsync(consoles, cancellationToken);

    /// <summary>Records a console. Nothing happens on the machine before it is entered.</summary>
    public async Task<AgwConsole> CreateAsync(NewConsole request, CancellationToken cancellationToken)
    {
        Naming.Validate(EntityKind.Console, request.Name);
        var vm = store.Read(state => ConsoleRecords.FindVm(state, request));
        var more = await OthersAsync(request, vm, cancellationToken).ConfigureAwait(false);
        return store.Write(state => ConsoleRecords.Create(state, request, vm, more));
    }

    /// <summary>Ends it on its machine, if that answers, and forgets it. Its sessions go on.</summary>
    public Task RemoveAsync(string name, IEventSink events, CancellationToken cancellationToken) =>
        operations.RunAsync(
            "Remove-AgwConsole",
            EntityKind.Console,
            name,
            events,
            async scope =>
            {
                var row = store.Read(state => ConsoleRecords.Require(state, name));
                await UpdateLiveAsync(scope, name, ConsoleMode.Stop, cancellationToken).ConfigureAwait(false);
                store.Write(state => state.DeleteConsole(row.Id));
            },
            cancellationToken);

    /// <summary>Puts sessions behind those that are there.</summary>
    public Task<AgwConsole> AddSessionsAsync(string name, IReadOnlyList<ConsoleSpec> sessions, IEventSink events, CancellationToken cancellationToken) =>
        ChangeAsync("Add-AgwConsoleSession", name, (state, row) => ConsoleRecords.Append(state, row, sessions), events, cancellationToken);

    public async Task<AgwConsole> RemoveSessionsAsync(string name, IReadOnlyList<string> sessions, IEventSink events, CancellationToken cancellationToken)
    {
        var console = await ChangeAsync(
            "Remove-AgwConsoleSession", name, (state, row) => ConsoleRecords.Remove(state, row, sessions), events, cancellationToken).ConfigureAwait(false);
        if (console.SessionCount == 0)
        {
            events.Report(ConsoleRecords.Emptied(name));
        }

        return console;
    }

    /// <summary>Puts the named sessions in front, in that order; the rest keep theirs.</summary>
    public Task<AgwConsole> ReorderAsync(string name, IReadOnlyList<string> first, IEventSink events, CancellationToken cancellationToken) =>
        ChangeAsync(
            "Set-AgwConsoleSession",
            name,
            (state, row) =>
            {
                if (!ConsoleRecords.Reorder(state, row, first))
                {
                    events.Report(new DetailEvent($"Console '{name}': the sessions are in that order already."));
                }
            },
            events,
            cancellationToken);

    public Task<AgwConsole> AddShellAsync(string name, NewConsoleShell shell, IEventSink events, CancellationToken cancellationToken) =>
        ChangeAsync("Add-AgwConsoleShell", name, (state, row) => ConsoleRecords.AddShell(state, row, shell), events, cancellationToken);

    /// <param name="name">The console.</param>
    /// <param name="session">One of its sessions.</param>
    /// <param name="indexes">Which of its shells, from 0.</param>
    /// <param name="events">Warnings.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<AgwConsole> RemoveShellsAsync(
        string name, string session, IReadOnlyCollection<int> indexes, IEventSink events, CancellationToken cancellationToken) =>
        ChangeAsync("Remove-AgwConsoleShell", name, (state, row) => ConsoleRecords.RemoveShells(state, row, session, indexes), events, cancellationToken);

    /// <summary>Puts back what is missing of a console that runs; one outcome for each window.</summary>
    /// <param name="name">The console.</param>
    /// <param name="sessions">Whose windows; all when empty.</param>
    /// <param name="events">Progress.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="NotReadyException">It does not run.</exception>
    public Task<IReadOnlyList<BatchOutcome<AgwConsoleRepair>>> RepairAsync(
        string name, IReadOnlyList<string> sessions, IEventSink events, CancellationToken cancellationToken) =>
        operations.RunAsync(
            "Repair-AgwConsole",
            EntityKind.Console,
            name,
            events,
            async scope =>
            {
                var plan = planner.Named(name);
                foreach (var session in sessions.Where(session => plan.Definition.Windows.All(window => window.Name != session)))
                {
                    throw ConsoleOrder.NotMember(name, session);
                }

                var report = await ApplyAsync(scope, machines.Probe(plan.Vm), plan, ConsoleMode.Repair, sessions, cancellationToken).ConfigureAwait(false);
                return report.Stopped
                    ? throw new NotReadyException($"Console '{name}' does not run.") { Target = name, Recommendation = $"Enter-AgwConsole {name} builds it." }
                    : (IReadOnlyList<BatchOutcome<AgwConsoleRepair>>)[.. report.Windows.Select(window => Outcome(name, window))];
            },
            cancellationToken);

    /// <summary>
    /// The process that attaches the operator's terminal, as the machine's admin. Builds the console unless it runs, and brings a running
    /// one up to date if what is recorded has changed meanwhile.
    /// </summary>
    /// <param name="target">Which.</param>
    /// <param name="recreate">End a running one first, with whatever the operator opened in it.</param>
    /// <param name="events">What was done, and warnings about windows that could not be made.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="NotReadyException">It has no windows.</exception>
    public async Task<InteractiveCommand> GetAttachAsync(ConsoleTarget target, bool recreate, IEventSink events, CancellationToken cancellationToken)
    {
        var name = planner.Plan(target).Definition.Name;
        return await operations.RunAsync(
            "Enter-AgwConsole",
            EntityKind.Console,
            name,
            events,
            async scope =>
            {
                var plan = planner.Plan(target);
                if (plan.Definition.Windows.Count == 0)
                {
                    throw new NotReadyException($"Console '{name}' has no sessions.") { Target = name, Recommendation = $"Add-AgwConsoleSession {name}" };
                }

                var mode = recreate ? ConsoleMode.Recreate : ConsoleMode.Enter;
                var report = await ApplyAsync(scope, machines.Shell(plan.Vm), plan, mode, [], cancellationToken).ConfigureAwait(false);
                events.Report(new DetailEvent($"Console '{name}': {report.State}."));
                Warn(name, report, events);

                // A terminal that the machine has never heard of is taken for a usual one.
                return await machines.EnterAsync(
                    plan.Vm,
                    plan.Vm.AdminUser,
                    $"infocmp \"$TERM\" >/dev/null 2>&1 || export TERM=xterm-256color; exec tmux -u -S {plan.Definition.Socket} attach-session -t ={name}",
                    cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The console as a tmuxinator project, for use inside the machine. Nothing of ours ever runs it.</summary>
    public string Export(string name) => TmuxinatorFile.Write(planner.Named(name).Definition);

    private async Task<IReadOnlyList<string>> OthersAsync(NewConsole request, VmRow vm, CancellationToken cancellationToken)
    {
        if (!request.All && !request.AllRunning)
        {
            return [];
        }

        var named = request.Sessions.Select(spec => spec.Session).ToHashSet(StringComparer.Ordinal);
        var others = store.Read(state => state.ListSessions(vmId: vm.Id)).Select(row => row.Name).Where(other => !named.Contains(other)).ToArray();
        if (request.All || others.Length == 0)
        {
            return others;
        }

        var reports = await new SessionMachine(machines.Probe(vm)).ObserveAsync(cancellationToken).ConfigureAwait(false);
        return [.. others.Where(other => reports.TryGetValue(other, out var report) && report.Status == SessionStatus.Running)];
    }

    private Task<AgwConsole> ChangeAsync(
        string operation, string name, Action<StateWriter, ConsoleRow> change, IEventSink events, CancellationToken cancellationToken) =>
        operations.RunAsync(
            operation,
            EntityKind.Console,
            name,
            events,
            async scope =>
            {
                var console = store.Write(state =>
                {
                    var row = ConsoleRecords.Require(state, name);
                    change(state, row);
                    return ConsoleModel.Of(state, row);
                });
                await UpdateLiveAsync(scope, name, ConsoleMode.Change, cancellationToken).ConfigureAwait(false);
                return console;
            },
            cancellationToken);

    /// <summary>What is recorded counts; a machine that does not answer gets it when the console is entered next.</summary>
    private async Task UpdateLiveAsync(OperationScope scope, string name, ConsoleMode mode, CancellationToken cancellationToken)
    {
        var plan = planner.Named(name);
        try
        {
            var report = await ApplyAsync(scope, machines.Probe(plan.Vm), plan, mode, [], cancellationToken).ConfigureAwait(false);
            Warn(name, report, scope.Events);
        }
        catch (ConnectionFailedException e)
        {
            scope.Events.Report(new DetailEvent($"Console '{name}': VM '{plan.Vm.Name}' does not answer, and nothing is done there now. {e.Message}"));
        }
        catch (AgentworksException e)
        {
            scope.Events.Report(new WarningEvent(mode == ConsoleMode.Stop
                ? $"Console '{name}' is removed, but may still run on VM '{plan.Vm.Name}': {e.Message}"
                : $"Console '{name}' is changed, but not where it runs: {e.Message} {Cure(name)}"));
        }
    }

    private static async Task<ConsoleReport> ApplyAsync(
        OperationScope scope, IMachineShell shell, ConsolePlan plan, ConsoleMode mode, IReadOnlyList<string> windows, CancellationToken cancellationToken)
    {
        scope.Record("console on the machine");
        return await new ConsoleMachine(shell, plan.Vm)
            .ApplyAsync(plan.Definition, mode, windows, scope.RemoteId("console"), cancellationToken).ConfigureAwait(false);
    }

    private static void Warn(string name, ConsoleReport report, IEventSink events)
    {
        foreach (var window in report.Windows.Where(window => window.Failed))
        {
            events.Report(new WarningEvent($"Console '{name}', window {window.Name}: {window.Detail}. {Cure(name)}"));
        }
    }

    private static string Cure(string name) => $"Repair-AgwConsole {name} puts back what is missing; Enter-AgwConsole {name} -Recreate builds all of it anew.";

    private static BatchOutcome<AgwConsoleRepair> Outcome(string console, ConsoleReport.Window window) => window.Failed
        ? new(window.Name, null, new NotReadyException($"Window {window.Name} of console '{console}' could not be repaired: {window.Detail}.")
        {
            Target = window.Name,
            Recommendation = $"Enter-AgwConsole {console} -Recreate",
        })
        : new(window.Name, new AgwConsoleRepair { Console = console, Session = window.Name, Repaired = window.Done }, null);
}
