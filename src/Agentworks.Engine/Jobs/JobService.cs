using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Jobs;

/// <summary>
/// Jobs: commands in the background of a workspace. This decides and records; <see cref="JobMachine"/> asks the machine, where a supervisor
/// (Machine/jobs-supervisor.pl) runs the jobs that were started together, as a service of systemd's and with a cgroup for each.
/// </summary>
public sealed class JobService(StateStore store, MachineConnections machines, MachinePower power, OperationRunner operations, JobPlanner planner, Limits.RateLimiter limiter, TimeProvider clock)
{
    private readonly JobStarter _starter = new(store, machines, operations, planner, limiter, clock);
    private readonly JobReader _reader = new(store, machines, power);
    private readonly JobBatch _batch = new(store, machines, operations);

    /// <summary>What is recorded, the oldest first; nothing is asked.</summary>
    public IReadOnlyList<AgwJob> List() => JobModel.List(store);

    /// <summary>The same jobs with their state, machine by machine as each answers: a dead one delays no other.</summary>
    public IAsyncEnumerable<AgwJob> ObserveAsync(IReadOnlyList<AgwJob> jobs, CancellationToken cancellationToken) =>
        FanOut.RunAsync<IGrouping<string, AgwJob>, AgwJob>(
            jobs.GroupBy(job => job.Vm, StringComparer.Ordinal),
            async (group, output, cancel) =>
            {
                foreach (var job in await ObserveMachineAsync(group.Key, [.. group], cancel).ConfigureAwait(false))
                {
                    await output.WriteAsync(job, cancel).ConfigureAwait(false);
                }
            },
            cancellationToken);

    /// <summary>Starts jobs: one round trip per machine, one outcome per job, in the order of the requests on each machine.</summary>
    /// <exception cref="SecretMissingException">Names all secrets that the jobs' environments need and that are missing; nothing was started.</exception>
    public IAsyncEnumerable<BatchOutcome<AgwJob>> StartAsync(IReadOnlyList<NewJob> requests, IEventSink events, CancellationToken cancellationToken) =>
        _starter.StartAsync(requests, noWait: false, events, cancellationToken);

    /// <summary>The same; with <paramref name="noWait"/> it fails rather than wait for the rate limit.</summary>
    /// <exception cref="RateLimitedException">One would have to wait.</exception>
    public IAsyncEnumerable<BatchOutcome<AgwJob>> StartAsync(IReadOnlyList<NewJob> requests, bool noWait, IEventSink events, CancellationToken cancellationToken) =>
        _starter.StartAsync(requests, noWait, events, cancellationToken);

    /// <summary>Holds until jobs have ended and hands each on as it does; with <paramref name="any"/> only the first.</summary>
    public IAsyncEnumerable<BatchOutcome<AgwJob>> WaitAsync(IReadOnlyList<AgwJob> jobs, bool any, TimeSpan? timeout, CancellationToken cancellationToken) =>
        _reader.WaitAsync(jobs, any, timeout, cancellationToken);

    /// <summary>What jobs have written, line by line.</summary>
    public IAsyncEnumerable<BatchOutcome<JobLine>> ReadAsync(IReadOnlyList<AgwJob> jobs, ReadJob how, CancellationToken cancellationToken) =>
        _reader.ReadAsync(jobs, how, cancellationToken);

    /// <summary>The same in one piece for each job, byte by byte.</summary>
    public IAsyncEnumerable<BatchOutcome<AgwJobOutput>> ReadBytesAsync(IReadOnlyList<AgwJob> jobs, ReadJob how, CancellationToken cancellationToken) =>
        _reader.ReadBytesAsync(jobs, how, cancellationToken);

    /// <summary>Records how much of their output the operator was given; by the job's id.</summary>
    public void MarkReceived(IReadOnlyDictionary<string, (long Output, long Error)> received)
    {
        if (received.Count == 0)
        {
            return;
        }

        store.Write(state =>
        {
            foreach (var (id, (output, error)) in received)
            {
                if (state.GetJob(id) is { } row)
                {
                    state.Update(row with { ReceivedOutput = Math.Max(row.ReceivedOutput, output), ReceivedError = Math.Max(row.ReceivedError, error) });
                }
            }
        });
    }

    /// <summary>Sends them a signal, and KILL after the grace to those that still run. One that does not run is left alone.</summary>
    public IAsyncEnumerable<BatchOutcome<AgwJob>> StopAsync(IReadOnlyList<string> names, StopJob how, IEventSink events, CancellationToken cancellationToken) =>
        _batch.RunAsync(
            "Stop-AgwJob",
            names,
            remove: false,
            events,
            (scope, machine, rows, cancel) => machine.StopAsync(Ids(rows), how, scope.RemoteId("stop"), cancel),
            cancellationToken);

    /// <summary>Removes them with their output; with <paramref name="force"/>, running ones are killed first.</summary>
    public IAsyncEnumerable<BatchOutcome<AgwJob>> RemoveAsync(IReadOnlyList<string> names, bool force, IEventSink events, CancellationToken cancellationToken) =>
        _batch.RunAsync(
            "Remove-AgwJob",
            names,
            remove: true,
            events,
            (scope, machine, rows, cancel) => machine.RemoveAsync(Ids(rows), force, scope.RemoteId("remove"), cancel),
            cancellationToken);

    internal static NotFoundException NoSuchJob(string name) => new(EntityKind.Job, name) { Target = name, Recommendation = "Get-AgwJob lists them." };

    /// <summary>Refuses when some of them run: what they live in is to go.</summary>
    /// <exception cref="HasDependentsException">Some do.</exception>
    internal async Task RequireEndedAsync(IReadOnlyList<JobRow> rows, string owner, string recommendation, CancellationToken cancellationToken)
    {
        foreach (var group in rows.GroupBy(row => row.VmId, StringComparer.Ordinal))
        {
            var shell = machines.Shell(store.Read(state => state.GetVm(group.Key))!);
            var reports = await new JobMachine(shell).ObserveAsync([.. group.Select(row => row.Id)], cancellationToken).ConfigureAwait(false);
            var running = group.Where(row => reports.TryGetValue(row.Id, out var report) && report.State == JobState.Running).Select(row => row.Name).ToArray();
            if (running.Length > 0)
            {
                throw new HasDependentsException($"{owner} has jobs that run: {string.Join(", ", running)}.") { Target = owner, Recommendation = recommendation };
            }
        }
    }

    /// <summary>Takes them off their machines, running or not, as a part of another operation; the records go too.</summary>
    internal async Task EraseAsync(OperationScope scope, IReadOnlyList<JobRow> rows, CancellationToken cancellationToken)
    {
        foreach (var group in rows.GroupBy(row => row.VmId, StringComparer.Ordinal))
        {
            scope.Record("jobs on the machine");
            var shell = machines.Shell(store.Read(state => state.GetVm(group.Key))!);
            await new JobMachine(shell).RemoveAsync([.. group.Select(row => row.Id)], kill: true, scope.RemoteId("jobs-" + group.Key), cancellationToken).ConfigureAwait(false);
        }

        scope.Settles(EntityKind.Job, rows.Select(row => row.Name));
        store.Write(state =>
        {
            foreach (var row in rows)
            {
                state.DeleteJob(row.Id);
            }
        });
    }

    private async Task<IReadOnlyList<AgwJob>> ObserveMachineAsync(string vmName, IReadOnlyList<AgwJob> jobs, CancellationToken cancellationToken)
    {
        var (vm, rows) = store.Read(state => (state.FindVm(vmName), jobs.ToDictionary(job => job.Id, job => state.GetJob(job.Id), StringComparer.Ordinal)));
        if (vm is null)
        {
            return jobs;
        }

        try
        {
            var reports = await new JobMachine(machines.Probe(vm)).ObserveAsync([.. jobs.Select(job => job.Id)], cancellationToken).ConfigureAwait(false);
            return [.. jobs.Select(job => reports.TryGetValue(job.Id, out var report) ? JobModel.Apply(job, rows[job.Id], report) : job)];
        }
        catch (AgentworksException e)
        {
            return [.. jobs.Select(job => job with { State = JobState.Unknown, Message = e.Message })];
        }
    }

    private static string[] Ids(IReadOnlyList<JobRow> rows) => [.. rows.Select(row => row.Id)];
}
