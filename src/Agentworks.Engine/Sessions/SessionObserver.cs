using Agentworks.Errors;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.State;

namespace Agentworks.Sessions;

/// <summary>Asks machines what their sessions are doing: one question per machine, all machines at once.</summary>
public sealed class SessionObserver(StateStore store, MachineConnections machines, MachinePower power)
{
    /// <summary>The same sessions with their status, machine by machine as each answers: a dead one delays no other.</summary>
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

    private async Task<IReadOnlyList<AgwSession>> ObserveMachineAsync(
        string vmName, IReadOnlyList<AgwSession> sessions, CancellationToken cancellationToken)
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
                ? report.Apply(session)
                : session with { Status = SessionStatus.Stopped })];
        }
        catch (AgentworksException)
        {
            // What a machine that is off does not run is known; of one that cannot be asked, nothing is.
            var off = await power.IsOffAsync(vm, cancellationToken).ConfigureAwait(false);
            return [.. sessions.Select(session => session with { Status = off ? SessionStatus.Stopped : SessionStatus.Unknown })];
        }
    }
}
