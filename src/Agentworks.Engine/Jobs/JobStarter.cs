using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Sessions;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Jobs;

/// <summary>Starts many jobs at once: all records in one transaction, one round trip per machine.</summary>
internal sealed class JobStarter(StateStore store, MachineConnections machines, OperationRunner operations, JobPlanner planner, Limits.RateLimiter limiter, TimeProvider clock)
{
    private sealed record Planned(NewJob Request, JobPlace Place, JobRow Row);

    public async IAsyncEnumerable<BatchOutcome<AgwJob>> StartAsync(
        IReadOnlyList<NewJob> requests, bool noWait, IEventSink events, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var placed = new List<(NewJob Request, JobPlace Place, string Directory)>();
        var refused = new List<BatchOutcome<AgwJob>>();
        foreach (var request in requests)
        {
            try
            {
                var (place, directory) = planner.Place(request);
                placed.Add((request, place, directory));
            }
            catch (AgentworksException e) when (e is not ConfigException)
            {
                refused.Add(new BatchOutcome<AgwJob>(request.Name ?? request.Workspace, null, e));
            }
        }

        foreach (var outcome in refused)
        {
            yield return outcome;
        }

        var values = await planner.FindSecretsAsync(placed.Select(one => (one.Request, one.Place)), cancellationToken).ConfigureAwait(false);
        await limiter.ExecAsync(noWait, events, cancellationToken).ConfigureAwait(false);
        var (planned, taken) = Insert(placed);
        foreach (var outcome in taken)
        {
            yield return outcome;
        }

        var outcomes = FanOut.RunAsync<IGrouping<string, Planned>, BatchOutcome<AgwJob>>(
            planned.GroupBy(one => one.Row.VmId, StringComparer.Ordinal),
            async (group, output, cancel) =>
            {
                foreach (var outcome in await OnMachineAsync(group.First().Place.Vm, [.. group], values, events, cancel).ConfigureAwait(false))
                {
                    await output.WriteAsync(outcome, cancel).ConfigureAwait(false);
                }
            },
            cancellationToken);
        await foreach (var outcome in outcomes.ConfigureAwait(false))
        {
            yield return outcome;
        }
    }

    /// <summary>Records what is to be started: from here on a job that has begun can be found, whatever becomes of this process.</summary>
    private (IReadOnlyList<Planned> Planned, IReadOnlyList<BatchOutcome<AgwJob>> Taken) Insert(
        IReadOnlyList<(NewJob Request, JobPlace Place, string Directory)> placed) => store.Write(state =>
    {
        var planned = new List<Planned>();
        var taken = new List<BatchOutcome<AgwJob>>();
        var number = state.LastJobNumber();
        foreach (var (request, place, directory) in placed)
        {
            try
            {
                // Its workspace may have begun to go meanwhile.
                state.RequireWorkspace(place.Workspace.Name);
                var row = new JobRow
                {
                    Id = FreeId(state),
                    Name = request.Name ?? FreeName(state, ref number),
                    VmId = place.Vm.Id,
                    WorkspaceId = place.Workspace.Id,
                    AgentId = place.Agent?.Id,
                    State = LifecycleState.Creating,
                    Command = request.Command,
                    WorkingDirectory = directory,
                    Created = clock.GetUtcNow(),
                };
                state.Insert(row);
                planned.Add(new Planned(request, place, row));
            }
            catch (AgentworksException e)
            {
                taken.Add(new BatchOutcome<AgwJob>(request.Name ?? request.Workspace, null, e));
            }
        }

        return ((IReadOnlyList<Planned>)planned, (IReadOnlyList<BatchOutcome<AgwJob>>)taken);
    });

    private async Task<IReadOnlyList<BatchOutcome<AgwJob>>> OnMachineAsync(
        VmRow vm, IReadOnlyList<Planned> jobs, IReadOnlyDictionary<string, string> values, IEventSink events, CancellationToken cancellationToken)
    {
        try
        {
            return await operations.RunManyAsync(
                "Start-AgwJob",
                EntityKind.Job,
                [.. jobs.Select(job => job.Row.Name)],
                events,
                async scope =>
                {
                    scope.Record("jobs on the machine");
                    JobMachine? machine = null;
                    try
                    {
                        machine = new JobMachine(machines.Shell(vm));
                        var launches = jobs.Select(job => planner.Launch(job.Request, job.Place, job.Row, values)).ToList();
                        return Settle(jobs, await machine.StartAsync(launches, scope.RemoteId("start"), cancellationToken).ConfigureAwait(false));
                    }
                    catch (AgentworksException e) when (e is ConnectionFailedException or NotReadyException or InvalidRequestException)
                    {
                        // It certainly did not begin, so there is nothing to find again later.
                        Drop(jobs.Select(job => job.Row));
                        throw;
                    }
                    catch (OperationCanceledException) when (machine is not null)
                    {
                        await UndoAsync(scope, machine, jobs).ConfigureAwait(false);
                        throw;
                    }
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (AgentworksException e)
        {
            return [.. jobs.Select(job => new BatchOutcome<AgwJob>(job.Row.Name, null, e))];
        }
    }

    private IReadOnlyList<BatchOutcome<AgwJob>> Settle(IReadOnlyList<Planned> jobs, IReadOnlyDictionary<string, JobStart> starts)
    {
        store.Write(state =>
        {
            foreach (var job in jobs)
            {
                if (starts[job.Row.Id].Refused is not null)
                {
                    state.DeleteJob(job.Row.Id);
                }
                else if (state.GetJob(job.Row.Id) is { } row)
                {
                    state.Update(row with { State = LifecycleState.Ready });
                }
            }
        });
        return [.. jobs.Select(job => starts[job.Row.Id] switch
        {
            { Refused: { } why } => new BatchOutcome<AgwJob>(job.Row.Name, null, new JobNotStartedException($"Job '{job.Row.Name}' in workspace '{job.Place.Workspace.Name}' could not be started: {why}")
            {
                Target = job.Row.Name,
            }),
            var start => new BatchOutcome<AgwJob>(
                job.Row.Name, JobModel.Of(job.Row, job.Place) with { State = JobState.Running, ProcessId = start.ProcessId, StartTime = start.Began }, null),
        })];
    }

    /// <summary>Undoes a start that was called off; when that fails, the records stay for Remove-AgwJob.</summary>
    private async Task UndoAsync(OperationScope scope, JobMachine machine, IReadOnlyList<Planned> jobs)
    {
        using var limit = new CancellationTokenSource(SessionService.UndoLimit);
        try
        {
            await machine.RemoveAsync([.. jobs.Select(job => job.Row.Id)], kill: true, scope.RemoteId("undo"), limit.Token).ConfigureAwait(false);
            Drop(jobs.Select(job => job.Row));
        }
        catch (Exception e) when (e is AgentworksException or OperationCanceledException)
        {
            var names = string.Join(", ", jobs.Select(job => job.Row.Name));
            scope.Events.Report(new WarningEvent($"What was started could not be undone ({e.Message}). Run: Remove-AgwJob {names} -Force"));
        }
    }

    private void Drop(IEnumerable<JobRow> rows) => store.Write(state =>
    {
        foreach (var row in rows)
        {
            state.DeleteJob(row.Id);
        }
    });

    private static string FreeId(StateReader state)
    {
        string id;
        do
        {
            id = Identifier.New()[..8];
        }
        while (char.IsAsciiDigit(id[0]) || state.GetJob(id) is not null);
        return id;
    }

    private static string FreeName(StateReader state, ref int number)
    {
        string name;
        do
        {
            name = $"job{++number}";
        }
        while (state.FindJob(name) is not null);
        return name;
    }
}
