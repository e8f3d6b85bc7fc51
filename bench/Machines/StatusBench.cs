using System.Globalization;

namespace Agentworks.Bench.Machines;

/// <summary>P3: the status of many sessions on many machines, beside one tmux process per session and one machine after another.</summary>
public sealed class StatusBench : IBenchmark
{
    // 32 machines of 50 sessions are promised; this many fit on a small computer.
    private const int MachineCount = 6, SessionsEach = 50;

    public string Id => "P3";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        await using var machine = await BenchMachine.CreateAsync(context, MachineCount, cancellationToken);
        foreach (var vm in machine.Names)
        {
            await Task.WhenAll(Enumerable.Range(0, SessionsEach).Select(i => machine.StartAsync(vm, $"{vm}-s{i}", cancellationToken)));
        }

        var near = await WarmAsync(machine, 0, cancellationToken);
        var far = await WarmAsync(machine, RoundTrips.Distance, cancellationToken);
        var warm = new RoundTrips(near, far);
        var cold = new RoundTrips(await ColdAsync(machine, 0, cancellationToken), await ColdAsync(machine, RoundTrips.Distance, cancellationToken));
        await machine.ReopenAsync(0);
        var byTmux = await OneTmuxEachAsync(machine, cancellationToken);
        var dead = await WithADeadMachineAsync(machine, cancellationToken);
        var what = string.Create(CultureInfo.InvariantCulture, $"status of {MachineCount} machines x {SessionsEach} sessions");
        var comparison = string.Create(CultureInfo.InvariantCulture, $"a tmux process per session, serial machines: {byTmux:0} ms");
        return
        [
            new(Id, what + ", warm", warm.ToString(), "<= 1 round trip + 100 ms", comparison, warm.Count < 1.5 && near <= 100),
            new(Id, what + ", cold", cold.ToString(), "<= 8 round trips + 500 ms", comparison, cold.Count < 8.5 && cold.Near <= 500),
            new(Id, "the same with one machine dead: all other rows", string.Create(CultureInfo.InvariantCulture, $"{dead:0} ms"), "no delay (<= 100 ms more)", comparison, dead <= near + 100),
        ];
    }

    private static async Task<double> WarmAsync(BenchMachine machine, int distance, CancellationToken cancellationToken)
    {
        await machine.ReopenAsync(distance);
        await ObserveAsync(machine, cancellationToken);
        return await RoundTrips.MedianAsync(7, _ => ObserveAsync(machine, cancellationToken));
    }

    private static async Task<double> ColdAsync(BenchMachine machine, int distance, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            await machine.ReopenAsync(distance);
            times.Add(await RoundTrips.TimeAsync(() => ObserveAsync(machine, cancellationToken)));
        }

        return Statistics.Median(times);
    }

    private static async Task<int> ObserveAsync(BenchMachine machine, CancellationToken cancellationToken)
    {
        var seen = 0;
        await foreach (var session in machine.Engine.Sessions.ObserveAsync(machine.Engine.Sessions.List(), cancellationToken))
        {
            seen += session.Status == Model.SessionStatus.Running ? 1 : 0;
        }

        return seen == MachineCount * SessionsEach ? seen : throw new InvalidOperationException($"{seen} sessions run.");
    }

    private static Task<double> OneTmuxEachAsync(BenchMachine machine, CancellationToken cancellationToken) => RoundTrips.TimeAsync(async () =>
    {
        foreach (var vm in machine.Names)
        {
            await machine.RunAsync(
                vm,
                "sudo -n sh -c 'for s in /run/agentworks/sessions/*/tmux/sock; do setpriv --reuid=agt-a-" + vm + " --clear-groups --regid=agt-a-" + vm + " tmux -S $s has-session; done'",
                cancellationToken);
        }
    });

    // The last machine is frozen: it accepts connections and never answers.
    private static async Task<double> WithADeadMachineAsync(BenchMachine machine, CancellationToken cancellationToken)
    {
        await ObserveAsync(machine, cancellationToken);
        var last = machine.Names[^1];
        await machine.RunAsync(last, "sudo -n sh -c 'kill -STOP $(pgrep -x agentworks-chan || pgrep -f agentworks-channel)'", cancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(1), cancellationToken)
            .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        double others = 0;
        var seen = 0;
        try
        {
            await foreach (var session in machine.Engine.Sessions.ObserveAsync(machine.Engine.Sessions.List(), limit.Token))
            {
                seen += session.Vm == last ? 0 : 1;
                if (seen == (MachineCount - 1) * SessionsEach)
                {
                    others = watch.Elapsed.TotalMilliseconds;
                    await limit.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // All that answer have answered.
        }

        return others;
    }
}
