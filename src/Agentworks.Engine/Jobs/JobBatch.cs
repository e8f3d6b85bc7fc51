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
        var found = store.Read(state => names.Distinct(StringComparer.Ordinal).Select(name => (Name: name, Row: state.FindJob(name))).ToArray());
        return FanOut.RunAsync<IGrouping<string?, (string Name, JobRow? Row)>, BatchOutcome<AgwJob>>(
            found.GroupBy(one => one.Row?.VmId, StringComparer.Ordinal),
            async (group, output, cancel) =>
            {
                var outcomes = group.Key is null
                    ? [.. group.Select(one => new BatchOutcome<AgwJob>(one.Name, null, JobService.NoSuchJob(one.Name)))]
                    : await OnMachineAsync(operation, group.Key, [.. group.Select(one => one.Row!)], remove, events, work, cancel).ConfigureAwait(false);
                foreach (var outcome in outcomes)
                {
                    await output.WriteAsync(outcome, cancel).ConfigureAwait(false);
                }
            },
            cancellationToken);
    }

    private async Task<IReadOnlyList<BatchOutcome<AgwJob>>> OnMachineAsync(
        string operation, string vmId, IReadOnlyList<JobRow> rows, bool remove, IEventSink events, Work work, CancellationToken cancellationToken)
    {
        var (vm, places) = store.Read(state => (state.GetVm(vmId)!, rows.ToDictionary(row => row.Id, row => JobPlace.Of(state, row), StringComparer.Ordinal)));
        try
        {
            return await operations.RunManyAsync(
                operation,
                EntityKind.Job,
                [.. rows.Select(row => row.Name)],
                events,
                async scope =>
                {
                    if (remove)
                    {
                        Mark(rows, LifecycleState.Removing);
                    }

                    scope.Record("jobs on the machine");
                    var reports = (await work(scope, new JobMachine(machines.Shell(vm)), rows, cancellationToken).ConfigureAwait(false))
                        .ToDictionary(report => report.Id, StringComparer.Ordinal);
                    if (remove)
                    {
                        Drop(rows, reports);
                    }

                    return (IReadOnlyList<BatchOutcome<AgwJob>>)[.. rows.Select(row => Outcome(row, places[row.Id], reports.GetValueOrDefault(row.Id), remove))];
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (AgentworksException e)
        {
            return [.. rows.Select(row => new BatchOutcome<AgwJob>(row.Name, null, e))];
        }
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
