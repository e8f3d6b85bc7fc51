using System.Globalization;

namespace Agentworks.Bench.Machines;

/// <summary>P2: a new session on a machine whose agent and workspace exist, warm and cold, beside the same done with one ssh process per step.</summary>
public sealed class SessionBench : IBenchmark
{
    private const int Rounds = 7;

    public string Id => "P2";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        await using var machine = await BenchMachine.CreateAsync(context, 1, cancellationToken);
        var vm = machine.Names[0];
        var warm = new RoundTrips(await WarmAsync(machine, vm, 0, cancellationToken), await WarmAsync(machine, vm, RoundTrips.Distance, cancellationToken));
        var cold = new RoundTrips(await ColdAsync(machine, vm, 0, cancellationToken), await ColdAsync(machine, vm, RoundTrips.Distance, cancellationToken));
        var stop = await StopTenAsync(machine, vm, cancellationToken);
        await machine.ReopenAsync(0);
        var byHand = await SixteenProcessesAsync(machine, vm, cancellationToken);
        var comparison = string.Create(CultureInfo.InvariantCulture, $"16 ssh processes: {byHand:0} ms");
        return
        [
            new(Id, "New-AgwSession, warm", warm.ToString(), "1 round trip, < 100 ms", comparison, warm.Count < 1.5 && warm.Near < 100),
            new(Id, "New-AgwSession, cold", cold.ToString(), "<= 8 round trips", comparison, cold.Count < 8.5),
            new(Id, "Stop-AgwSession, 10 together", stop.ToString(), "1 round trip", comparison, stop.Count < 1.5),
        ];
    }

    private static async Task<double> WarmAsync(BenchMachine machine, string vm, int distance, CancellationToken cancellationToken)
    {
        await machine.ReopenAsync(distance);
        await machine.RunAsync(vm, "true", cancellationToken);
        var times = new List<double>();
        for (var i = 0; i < Rounds; i++)
        {
            times.Add(await RoundTrips.TimeAsync(() => machine.StartAsync(vm, "s", cancellationToken)));
            await machine.RemoveAsync(["s"], cancellationToken);
        }

        return Statistics.Median(times);
    }

    private static async Task<double> ColdAsync(BenchMachine machine, string vm, int distance, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            await machine.ReopenAsync(distance);
            times.Add(await RoundTrips.TimeAsync(() => machine.StartAsync(vm, "s", cancellationToken)));
            await machine.RemoveAsync(["s"], cancellationToken);
        }

        return Statistics.Median(times);
    }

    private static async Task<RoundTrips> StopTenAsync(BenchMachine machine, string vm, CancellationToken cancellationToken)
    {
        var names = Enumerable.Range(0, 10).Select(i => $"s{i}").ToArray();
        var times = new Dictionary<int, double>();
        foreach (var distance in new[] { 0, RoundTrips.Distance })
        {
            await machine.ReopenAsync(0);
            foreach (var name in names)
            {
                await machine.StartAsync(vm, name, cancellationToken);
            }

            await machine.ReopenAsync(distance);
            await machine.RunAsync(vm, "true", cancellationToken);
            times[distance] = await RoundTrips.TimeAsync(() => BenchMachine.DrainAsync(
                machine.Engine.Sessions.StopAsync(names, new Sessions.StopSession(TimeSpan.FromSeconds(5)), BenchMachine.Quiet, cancellationToken)));
            await machine.RemoveAsync(names, cancellationToken);
        }

        return new RoundTrips(times[0], times[RoundTrips.Distance]);
    }

    // What agentworks 0.6 pays before it does anything: a process and a handshake for each of its 16 calls.
    private static async Task<double> SixteenProcessesAsync(BenchMachine machine, string vm, CancellationToken cancellationToken)
    {
        var shell = await machine.Engine.Vms.GetShellAsync(vm, cancellationToken);
        var runner = new Ports.ProcessRunner();
        string[] arguments = [.. shell.Arguments.Where(argument => argument is not ("-t" or "-tt")), "true"];
        return await RoundTrips.TimeAsync(async () =>
        {
            for (var i = 0; i < 16; i++)
            {
                await runner.RunAsync(shell.FileName, arguments, null, cancellationToken);
            }
        });
    }
}
