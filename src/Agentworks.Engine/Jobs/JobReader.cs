using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Agentworks.Errors;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Jobs;

/// <summary>Reads what jobs write and waits for their ends: one held read per machine, which goes on where it was when a connection broke.</summary>
internal sealed class JobReader(StateStore store, MachineConnections machines, MachinePower power)
{
    /// <summary>How often a broken connection is made again before anything more has come.</summary>
    private const int Retries = 5;

    public async IAsyncEnumerable<BatchOutcome<JobLine>> ReadAsync(IReadOnlyList<AgwJob> jobs, ReadJob how, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Bounded, so that a pipeline that is slow slows the machines down.
        var lines = Channel.CreateBounded<BatchOutcome<JobLine>>(16);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var all = Task.WhenAll(Groups(jobs, how.All).Select(group => Task.Run(() => ReadLinesAsync(group.Vm, group.Decoders, how, lines.Writer, stop.Token), stop.Token)));
        _ = all.ContinueWith(done => lines.Writer.TryComplete(done.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            await foreach (var line in lines.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return line;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public IAsyncEnumerable<BatchOutcome<AgwJobOutput>> ReadBytesAsync(IReadOnlyList<AgwJob> jobs, ReadJob how, CancellationToken cancellationToken) =>
        FanOut.RunAsync<(VmRow Vm, IReadOnlyList<JobDecoder> Decoders), BatchOutcome<AgwJobOutput>>(
            Groups(jobs, how.All),
            async (group, output, cancel) =>
            {
                foreach (var outcome in await ReadBytesAsync(group.Vm, group.Decoders, how, cancel).ConfigureAwait(false))
                {
                    await output.WriteAsync(outcome, cancel).ConfigureAwait(false);
                }
            },
            cancellationToken);

    public async IAsyncEnumerable<BatchOutcome<AgwJob>> WaitAsync(
        IReadOnlyList<AgwJob> jobs, bool any, TimeSpan? timeout, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (timeout is { } time)
        {
            limit.CancelAfter(time);
        }

        var outcomes = FanOut.RunAsync<IGrouping<string, AgwJob>, BatchOutcome<AgwJob>>(
            jobs.GroupBy(job => job.Vm, StringComparer.Ordinal), (group, output, cancel) => WaitOnMachineAsync(group.Key, [.. group], any, output, cancel), limit.Token).GetAsyncEnumerator(limit.Token);
        await using var _ = outcomes.ConfigureAwait(false);
        while (await NextAsync().ConfigureAwait(false))
        {
            yield return outcomes.Current;
            if (any && outcomes.Current.Error is null)
            {
                yield break;
            }
        }

        async ValueTask<bool> NextAsync()
        {
            try
            {
                return await outcomes.MoveNextAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // The time is up: that is no failure, they go on.
                return false;
            }
        }
    }

    /// <summary>By machine. Read afresh: what was received may have changed since the objects were made.</summary>
    private IReadOnlyList<(VmRow Vm, IReadOnlyList<JobDecoder> Decoders)> Groups(IReadOnlyList<AgwJob> jobs, bool all) => store.Read(state =>
        jobs.Select(job => (Job: job, Row: state.GetJob(job.Id), Vm: state.FindVm(job.Vm)))
            .Where(one => one.Row is not null && one.Vm is not null)
            .GroupBy(one => one.Vm!.Id, StringComparer.Ordinal)
            .Select(group => (group.First().Vm!, (IReadOnlyList<JobDecoder>)
                [.. group.Select(one => all ? new JobDecoder(one.Job, 0, 0) : new JobDecoder(one.Job, one.Row!.ReceivedOutput, one.Row.ReceivedError))]))
            .ToArray());

    private async Task ReadLinesAsync(
        VmRow vm, IReadOnlyList<JobDecoder> decoders, ReadJob how, ChannelWriter<BatchOutcome<JobLine>> output, CancellationToken cancellationToken)
    {
        try
        {
            if (how.Tail is { } tail)
            {
                var last = decoders.ToDictionary(decoder => decoder, _ => new Queue<JobLine>());
                await HeldAsync(vm, decoders, follow: false, (decoder, line) =>
                {
                    last[decoder].Enqueue(line);
                    while (last[decoder].Count > tail)
                    {
                        last[decoder].Dequeue();
                    }

                    return ValueTask.CompletedTask;
                }, cancellationToken).ConfigureAwait(false);
                foreach (var line in decoders.SelectMany(decoder => last[decoder].Select(line => line with { Output = decoder.Given.Output, Error = decoder.Given.Error })))
                {
                    await GiveAsync(line).ConfigureAwait(false);
                }
            }

            if (how.Tail is null || how.Follow)
            {
                await HeldAsync(vm, decoders, how.Follow, (_, line) => GiveAsync(line), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (AgentworksException e)
        {
            foreach (var decoder in decoders)
            {
                await output.WriteAsync(new BatchOutcome<JobLine>(decoder.Job.Name, null, e), cancellationToken).ConfigureAwait(false);
            }
        }

        ValueTask GiveAsync(JobLine line) => output.WriteAsync(new BatchOutcome<JobLine>(line.Job.Name, line, null), cancellationToken);
    }

    /// <summary>Reads to the end of what is there, or with <paramref name="follow"/> to the end of the jobs.</summary>
    private async Task HeldAsync(
        VmRow vm, IReadOnlyList<JobDecoder> decoders, bool follow, Func<JobDecoder, JobLine, ValueTask> give, CancellationToken cancellationToken)
    {
        var machine = new JobMachine(machines.Shell(vm));
        var open = decoders.ToList();
        await PersistentlyAsync(
            async progress =>
            {
                var asked = open.ToArray();
                await machine.ReadAsync(
                    [.. asked.Select(decoder => (decoder.Job.Id, decoder.Come.Output, decoder.Come.Error))],
                    follow,
                    async frame =>
                    {
                        progress();
                        var decoder = asked[frame.Job];
                        var lines = new List<JobLine>();
                        if (frame.Stream < 2)
                        {
                            decoder.Feed(frame, lines.Add);
                        }
                        else if (JobReport.Parse(System.Text.Encoding.UTF8.GetString(frame.Data.Span).TrimEnd('\n')) is { } report)
                        {
                            // An unfinished line of a job that still writes is left for the next time.
                            open.Remove(decoder);
                            if (report.State != JobState.Running)
                            {
                                decoder.Finish(report, lines.Add);
                            }
                        }

                        foreach (var line in lines)
                        {
                            await give(decoder, line).ConfigureAwait(false);
                        }
                    },
                    cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<BatchOutcome<AgwJobOutput>>> ReadBytesAsync(
        VmRow vm, IReadOnlyList<JobDecoder> decoders, ReadJob how, CancellationToken cancellationToken)
    {
        var machine = new JobMachine(machines.Shell(vm));
        var pieces = decoders.Select(decoder => new JobPieces(decoder.Come.Output, decoder.Come.Error)).ToArray();
        try
        {
            if (how.Follow)
            {
                // In one piece there is nothing to see before the end, and then no more is left than the job's limit.
                await PersistentlyAsync(
                    _ => machine.WaitAsync([.. decoders.Select(decoder => decoder.Job.Id)], any: false, _ => ValueTask.CompletedTask, cancellationToken), cancellationToken).ConfigureAwait(false);
            }

            await PersistentlyAsync(
                progress => machine.ReadAsync(
                    [.. decoders.Select((decoder, i) => (decoder.Job.Id, pieces[i].Come(0), pieces[i].Come(1)))],
                    follow: false,
                    frame =>
                    {
                        progress();
                        pieces[frame.Job].Add(frame);
                        return ValueTask.CompletedTask;
                    },
                    cancellationToken),
                cancellationToken).ConfigureAwait(false);
            return [.. decoders.Select((decoder, i) => new BatchOutcome<AgwJobOutput>(decoder.Job.Id, pieces[i].ToModel(decoder.Job), null))];
        }
        catch (AgentworksException e)
        {
            return [.. decoders.Select(decoder => new BatchOutcome<AgwJobOutput>(decoder.Job.Name, null, e))];
        }
    }

    private async Task WaitOnMachineAsync(
        string vmName, IReadOnlyList<AgwJob> jobs, bool any, ChannelWriter<BatchOutcome<AgwJob>> output, CancellationToken cancellationToken)
    {
        var (vm, rows) = store.Read(state => (state.FindVm(vmName), jobs.Select(job => (Job: job, Row: state.GetJob(job.Id))).ToDictionary(one => one.Job.Id, StringComparer.Ordinal)));
        if (vm is null)
        {
            return;
        }

        var left = jobs.Select(job => job.Id).ToHashSet(StringComparer.Ordinal);
        try
        {
            var machine = new JobMachine(machines.Probe(vm));
            await PersistentlyAsync(
                progress => machine.WaitAsync(
                    [.. left],
                    any,
                    async report =>
                    {
                        progress();
                        if (left.Remove(report.Id))
                        {
                            var (job, row) = rows[report.Id];
                            await output.WriteAsync(new BatchOutcome<AgwJob>(job.Name, JobModel.Apply(job, row, report), null), cancellationToken).ConfigureAwait(false);
                        }
                    },
                    cancellationToken),
                cancellationToken).ConfigureAwait(false);
        }
        catch (AgentworksException e)
        {
            var why = e is ConnectionFailedException failure ? await power.ExplainAsync(vm, failure, cancellationToken).ConfigureAwait(false) : e;
            foreach (var id in left)
            {
                await output.WriteAsync(new BatchOutcome<AgwJob>(rows[id].Job.Name, null, why), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reading changes nothing, so after a break it is simply done again, from where it was.</summary>
    private static async Task PersistentlyAsync(Func<Action, Task> read, CancellationToken cancellationToken)
    {
        var tries = 0;
        while (true)
        {
            try
            {
                await read(() => tries = 0).ConfigureAwait(false);
                return;
            }
            catch (OutcomeUnknownException) when (++tries <= Retries)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100 * tries), cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
