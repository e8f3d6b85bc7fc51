using Agentworks.Agents;
using Agentworks.Consoles;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Sessions;

/// <summary>Does one thing with many sessions: one round trip per machine, one outcome per session.</summary>
public sealed class SessionBatch(StateStore store, MachineConnections machines, OperationRunner operations)
{
    private readonly StateModel _model = new(store);

    /// <summary>What is done on one machine, given the scope, the machine and its sessions.</summary>
    public delegate Task<IReadOnlyList<SessionReport>> Work(
        OperationScope scope, SessionMachine machine, IReadOnlyList<SessionRow> rows, CancellationToken cancellationToken);

    /// <param name="operation">The cmdlet's name, for the journal.</param>
    /// <param name="names">Which sessions.</param>
    /// <param name="record">What to make of each that succeeded; null removes its record.</param>
    /// <param name="events">Progress.</param>
    /// <param name="work">The work on one machine.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public IAsyncEnumerable<BatchOutcome<AgwSession>> RunAsync(
        string operation,
        IReadOnlyList<string> names,
        Func<SessionRow, SessionReport, SessionRow>? record,
        IEventSink events,
        Work work,
        CancellationToken cancellationToken)
    {
        var found = store.Read(state => names.Distinct(StringComparer.Ordinal)
            .Select(name => (Name: name, Row: state.FindSession(name)))
            .Select(one => (one.Name, one.Row, one.Row is null ? null : SessionPlace.Of(state, one.Row).Vm.Id)).ToArray());
        var models = found.Where(one => one.Row is not null).ToDictionary(one => one.Row!.Id, one => _model.Session(one.Name)!, StringComparer.Ordinal);
        return MachineBatch.RunAsync<SessionRow, AgwSession>(
            operations,
            operation,
            EntityKind.Session,
            found,
            SessionService.NoSuchSession,
            events,
            async (scope, vmId, rows, cancel) =>
            {
                var shell = machines.Shell(store.Read(state => state.GetVm(vmId))!);
                scope.Record("sessions on the machine");
                var reports = (await work(scope, new SessionMachine(shell), rows, cancel).ConfigureAwait(false)).ToDictionary(report => report.Name, StringComparer.Ordinal);
                foreach (var (agent, workspace) in Settle(rows, reports, record, events))
                {
                    await WorkspaceAccess.RevokeAsync(shell, agent, workspace, kill: false, scope.RemoteId($"revoke-{agent.Id}-{workspace.Id}"), cancel).ConfigureAwait(false);
                }

                return [.. rows.Select(row => Outcome(row.Name, models[row.Id], reports.GetValueOrDefault(row.Name)))];
            },
            cancellationToken);
    }

    /// <summary>Records what became of each, and returns the agents that no longer have any grant for a workspace.</summary>
    private List<(AgentRow Agent, WorkspaceRow Workspace)> Settle(
        IReadOnlyList<SessionRow> rows,
        IReadOnlyDictionary<string, SessionReport> reports,
        Func<SessionRow, SessionReport, SessionRow>? record,
        IEventSink events)
    {
        var emptied = new List<string>();
        var settled = store.Write(state =>
        {
            emptied.Clear();
            var orphans = new List<(AgentRow, WorkspaceRow)>();
            foreach (var row in rows.Where(row => reports.TryGetValue(row.Name, out var report) && !report.Failed))
            {
                if (record is not null)
                {
                    state.Update(record(row, reports[row.Name]));
                    continue;
                }

                emptied.AddRange(ConsoleRecords.EmptiedBy(state, row));
                state.DeleteSession(row.Id);
                if (row.AgentId is not null
                    && state.GetAgent(row.AgentId) is { AllWorkspaces: false } agent
                    && state.GetWorkspace(row.WorkspaceId) is { } workspace
                    && state.ListGrants(agent.Id, workspace.Id).Count == 0
                    && !orphans.Contains((agent, workspace)))
                {
                    orphans.Add((agent, workspace));
                }
            }

            return orphans;
        });
        foreach (var console in emptied)
        {
            events.Report(ConsoleRecords.Emptied(console));
        }

        return settled;
    }

    private static BatchOutcome<AgwSession> Outcome(string name, AgwSession model, SessionReport? report) => report switch
    {
        null => new(name, null, new RemoteCommandException($"The machine said nothing about session '{name}'.") { Target = name }),
        { Failed: true } => new(name, null, report.ToFailure()),
        _ => new(name, report.Apply(model), null),
    };
}
