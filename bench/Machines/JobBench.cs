using System.Globalization;
using Agentworks.Jobs;

namespace Agentworks.Bench.Machines;

/// <summary>A hundred jobs started, waited for and received, beside as many systemd-run over ssh on the same machine, one connection each and over one.</summary>
public sealed class JobBench : IBenchmark
{
    private const int Jobs = 100, Rounds = 5;

    public string Id => "jobs";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        await using var machine = await BenchMachine.CreateAsync(context, 1, cancellationToken);
        var vm = machine.Names[0];
        var ours = new RoundTrips(await OursAsync(machine, vm, 0, cancellationToken), await OursAsync(machine, vm, RoundTrips.Distance, cancellationToken));
        context.Report($"  {Jobs} jobs: {ours}");
        await machine.ReopenAsync(0);
        var each = await ByHandAsync(machine, vm, [], cancellationToken);
        var control = Path.Combine(context.NewFolder("control"), "master");
        var master = await ByHandAsync(machine, vm, ["-o", "ControlMaster=auto", "-o", $"ControlPath={control}", "-o", "ControlPersist=5"], cancellationToken);
        var comparison = string.Create(CultureInfo.InvariantCulture, $"{Jobs} ssh systemd-run: {each:0} ms; over ControlMaster: {master:0} ms");
        return [new(Id, $"{Jobs} jobs, started, waited for, received", ours.ToString(), "3 round trips", comparison, ours.Count < 3.5)];
    }

    private static async Task<double> OursAsync(BenchMachine machine, string vm, int distance, CancellationToken cancellationToken)
    {
        NewJob[] wanted = [.. Enumerable.Range(0, Jobs).Select(i => new NewJob { Workspace = "w-" + vm, Command = Line(i) })];
        var times = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            await machine.ReopenAsync(distance);
            await machine.RunAsync(vm, "true", cancellationToken);
            var jobs = machine.Engine.Jobs;
            IReadOnlyList<JobLine> lines = [];
            times.Add(await RoundTrips.TimeAsync(async () =>
            {
                var started = await BenchMachine.DrainAsync(jobs.StartAsync(wanted, BenchMachine.Quiet, cancellationToken));
                var ended = await BenchMachine.DrainAsync(jobs.WaitAsync(started, any: false, timeout: null, cancellationToken));
                lines = await BenchMachine.DrainAsync(jobs.ReadAsync(ended, new ReadJob(), cancellationToken));
            }));
            Require(lines.Select(line => line.Text));
            await machine.ReopenAsync(0);
            await BenchMachine.DrainAsync(machine.Engine.Jobs.RemoveAsync([.. machine.Engine.Jobs.List().Select(job => job.Name)], force: false, BenchMachine.Quiet, cancellationToken));
        }

        return Statistics.Median(times);
    }

    /// <summary>One after the other, as a loop in a script has them; each is waited for and its output comes back.</summary>
    private static async Task<double> ByHandAsync(BenchMachine machine, string vm, IReadOnlyList<string> options, CancellationToken cancellationToken)
    {
        var shell = await machine.Engine.Vms.GetShellAsync(vm, cancellationToken);
        var host = shell.Arguments.TakeWhile(argument => argument != "--").Count() + 2;
        // Where the terminal is asked for, before all other options, because ssh takes the first value that it is given.
        string[] ssh = [.. shell.Arguments.Take(host).SelectMany(argument => argument is "-t" or "-tt" ? options : [argument])];
        var runner = new Ports.ProcessRunner();
        var lines = new List<string>();
        var time = await RoundTrips.TimeAsync(async () =>
        {
            for (var i = 0; i < Jobs; i++)
            {
                var result = await runner.RunAsync(
                    shell.FileName, [.. ssh, $"sudo -n systemd-run --quiet --collect --wait --pipe --uid=ws-w-{vm} sh -c '{Line(i)}'"], null, cancellationToken);
                lines.Add(result.Output.Trim());
            }
        });
        Require(lines);
        return time;
    }

    private static string Line(int number) => string.Create(CultureInfo.InvariantCulture, $"echo job {number}");

    /// <exception cref="InvalidOperationException">Something did not do all of its work.</exception>
    private static void Require(IEnumerable<string> lines)
    {
        if (!lines.ToHashSet(StringComparer.Ordinal).SetEquals(Enumerable.Range(0, Jobs).Select(i => string.Create(CultureInfo.InvariantCulture, $"job {i}"))))
        {
            throw new InvalidOperationException("Not all jobs wrote what they were to write.");
        }
    }
}
