using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Jobs;

/// <summary>Does one thing with many jobs: one round trip per machine, one outcome per job.</summary>
internal sealed class JobBatch(StateStore store, MachineConnections machines, OperationRunner operations)
{
    public delegate Task<IReadOnlyList<JobReport>> Work(OperationScope scope, JobMachine machine, IReadOnlyList<JobRow> rows, CancellationToken cancellationToken);

    /// <param name="operation">The cmdlet's name, for the journal.</param>
    /// <param name="names">Which jobs.</param>
    /// <param name="remove">Whether the records of those that are gone go too.</param>
    /// <param name="events">Progress.</param>
    /// <param name="work">The work on one machine.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public IAsyncEnumerable<BatchOutcome<AgwJob>> RunAsync(
        string operation, IReadOnlyList<string> names, bool remove, IEventSink events, Work work, CancellationToken cancellationToken)
    {
        var (found, places) = store.Read(state =>
        {
            var all = names.Distinct(StringComparer.Ordinal).Select(name => (Name: name, Row: state.FindJob(name))).ToArray();
            return (
                all.Select(one => (one.Name, one.Row, one.Row?.VmId)).ToArray(),
                all.Select(one => one.Row).OfType<JobRow>().ToDictionary(row => row.Id, row => JobPlace.Of(state, row), StringComparer.Ordinal));
        });
        return MachineBatch.RunAsync<JobRow, AgwJob>(
            operations,
            operation,
            EntityKind.Job,
            found,
            JobService.NoSuchJob,
            events,
            async (scope, vmId, rows, cancel) =>
            {
                if (remove)
                {
                    Mark(rows, LifecycleState.Removing);
                }

                scope.Record("jobs on the machine");
                var reports = (await work(scope, new JobMachine(machines.Shell(places[rows[0].Id].Vm)), rows, cancel).ConfigureAwait(false)).ToDictionary(report => report.Id, StringComparer.Ordinal);
                if (remove)
                {
                    Drop(rows, reports);
                }

                return [.. rows.Select(row => Outcome(row, places[row.Id], reports.GetValueOrDefault(row.Id), remove))];
            },
            cancellationToken);
    }

    private void Mark(IEnumerable<JobRow> rows, LifecycleState lifecycle) => store.Write(state =>
    {
        foreach (var row in rows)
        {
            if (state.GetJob(row.Id) is { } current)
            {
                state.Update(current with { State = lifecycle });
            }
        }
    });

    /// <summary>Forgets those whose files are gone; the others are as they were.</summary>
    private void Drop(IReadOnlyList<JobRow> rows, IReadOnlyDictionary<string, JobReport> reports)
    {
        store.Write(state =>
        {
            foreach (var row in rows.Where(row => reports.TryGetValue(row.Id, out var report) && report.Gone))
            {
                state.DeleteJob(row.Id);
            }
        });
        Mark(rows.Where(row => !reports.TryGetValue(row.Id, out var report) || !report.Gone), LifecycleState.Ready);
    }

    private static BatchOutcome<AgwJob> Outcome(JobRow row, JobPlace place, JobReport? report, bool remove) => report switch
    {
        null => new(row.Name, null, new RemoteCommandException($"The machine said nothing about job '{row.Name}'.") { Target = row.Name }),
        { Gone: false, State: JobState.Running } when remove => new(row.Name, null, new NotReadyException($"Job '{row.Name}' runs.")
        {
            Target = row.Name,
            Recommendation = $"Stop-AgwJob {row.Name}, or Remove-AgwJob {row.Name} -Force",
        }),
        { Gone: false } when remove => new(row.Name, null, new RemoteCommandException($"The files of job '{row.Name}' could not be removed.") { Target = row.Name }),
        _ => new(row.Name, JobModel.Apply(JobModel.Of(row, place), row, report), null),
    };
}
