using System.Globalization;

namespace Agentworks.Bench.Machines;

/// <summary>P4: initialization of a machine on which nothing needs doing, beside as many ssh processes as agentworks uses for it.</summary>
public sealed class InitializeBench : IBenchmark
{
    public string Id => "P4";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        await using var machine = await BenchMachine.CreateAsync(context, 1, cancellationToken);
        var vm = machine.Names[0];
        var changed = 0;
        var times = new Dictionary<int, double>();
        foreach (var distance in new[] { 0, RoundTrips.Distance })
        {
            await machine.ReopenAsync(distance);
            await machine.RunAsync(vm, "true", cancellationToken);
            times[distance] = await RoundTrips.MedianAsync(
                5, async _ => changed += (await machine.Engine.Vms.InitializeAsync(vm, BenchMachine.Quiet, cancellationToken)).Changed);
        }

        await machine.ReopenAsync(0);
        var shell = await machine.Engine.Vms.GetShellAsync(vm, cancellationToken);
        var runner = new Ports.ProcessRunner();
        string[] arguments = [.. shell.Arguments.Where(argument => argument is not ("-t" or "-tt")), "true"];
        var thirty = await RoundTrips.TimeAsync(async () =>
        {
            for (var i = 0; i < 30; i++)
            {
                await runner.RunAsync(shell.FileName, arguments, null, cancellationToken);
            }
        });
        var measured = new RoundTrips(times[0], times[RoundTrips.Distance]);
        return
        [
            new(
                Id,
                "Initialize-AgwVm with nothing to change",
                string.Create(CultureInfo.InvariantCulture, $"{measured}, Changed={changed}"),
                "1 round trip, Changed=0",
                string.Create(CultureInfo.InvariantCulture, $"30 ssh processes: {thirty:0} ms"),
                measured.Count < 1.5 && changed == 0),
        ];
    }
}
