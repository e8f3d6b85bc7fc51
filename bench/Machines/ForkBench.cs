using System.Globalization;
using Agentworks.Commands;
using Agentworks.Snapshots;

namespace Agentworks.Bench.Machines;

/// <summary>P7: ten forks of a workspace of 20,000 files, of a snapshot and as it is, beside ten times cp -a and git worktree add on the same machine.</summary>
public sealed class ForkBench : IBenchmark
{
    private const int Forks = 10, Files = 20_000, Rounds = 5;

    public string Id => "P7";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        await using var machine = await BenchMachine.CreateAsync(context, 1, cancellationToken);
        var vm = machine.Names[0];
        var source = "w-" + vm;
        await FillAsync(machine, vm, source, cancellationToken);
        await machine.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = source, Name = "prepared" }, BenchMachine.Quiet, cancellationToken);
        context.Report($"  {Files} files are there");
        var ofSnapshot = await MeasureAsync(machine, vm, source, "prepared", cancellationToken);
        var asItIs = await MeasureAsync(machine, vm, source, null, cancellationToken);
        await machine.ReopenAsync(0);
        var path = $"/opt/agentworks/workspaces/{source}";
        var copy = await OnMachineAsync(machine, vm, $"cp -a {path} /opt/agentworks/workspaces/copy.$i", "rm -rf /opt/agentworks/workspaces/copy.*", cancellationToken);
        var worktree = await OnMachineAsync(
            machine, vm, $"git -c safe.directory='*' -C {path} worktree add -q --detach /opt/agentworks/workspaces/tree.$i", "rm -rf /opt/agentworks/workspaces/tree.*", cancellationToken);
        var comparison = string.Create(CultureInfo.InvariantCulture, $"cp -a: {copy:0} ms; git worktree add: {worktree:0} ms");
        return
        [
            new(Id, $"fork of a snapshot, {Files} files, x{Forks}", ofSnapshot.ToString(), "<= 1 round trip + 100 ms", comparison, ofSnapshot.Count < 1.5 && ofSnapshot.Near <= 100),
            new(Id, $"fork as it is, {Files} files, x{Forks}", asItIs.ToString(), "<= 1 round trip", comparison, asItIs.Count < 1.5),
        ];
    }

    private static async Task FillAsync(BenchMachine machine, string vm, string source, CancellationToken cancellationToken)
    {
        var made = await machine.RunAsync(
            vm,
            string.Create(CultureInfo.InvariantCulture, $$"""
            sudo -n -u ws-{{source}} sh -c 'cd /opt/agentworks/workspaces/{{source}} && git init -q . && git config user.name b && git config user.email b@example.org &&
                perl -e "for my \$d (1 .. {{Files / 100}}) { mkdir \$d; for my \$f (1 .. 100) { open my \$h, q(>), \"\$d/\$f\"; print \$h \"\$d \$f\n\" x 50 } }" && git add . && git commit -qm all'
            """),
            cancellationToken);
        if (made.ExitCode != 0)
        {
            throw new InvalidOperationException("The files could not be made: " + made.ErrorOutput);
        }
    }

    private static async Task<RoundTrips> MeasureAsync(BenchMachine machine, string vm, string source, string? snapshot, CancellationToken cancellationToken)
    {
        var times = new Dictionary<int, double>();
        foreach (var distance in new[] { 0, RoundTrips.Distance })
        {
            var taken = new List<double>();
            for (var round = 0; round < Rounds; round++)
            {
                string[] names = [.. Enumerable.Range(0, Forks).Select(i => string.Create(CultureInfo.InvariantCulture, $"f{round}-{i}"))];
                await machine.ReopenAsync(distance);
                await machine.RunAsync(vm, "true", cancellationToken);
                taken.Add(await RoundTrips.TimeAsync(async () =>
                {
                    foreach (var outcome in await machine.Engine.Forks.ForkAsync(new ForkWorkspace(source, names, snapshot), BenchMachine.Quiet, cancellationToken))
                    {
                        _ = outcome.Value ?? throw outcome.Error!;
                    }
                }));
                await machine.ReopenAsync(0);
                foreach (var name in names)
                {
                    await machine.Engine.Workspaces.RemoveAsync(name, cascade: true, BenchMachine.Quiet, cancellationToken);
                }

                // What went is cleared away in the background, which is not part of a fork.
                await machine.RunAsync(vm, "sudo -n sh -c 'btrfs filesystem sync /opt/agentworks/workspaces; btrfs subvolume sync /opt/agentworks/workspaces' >/dev/null", cancellationToken);
            }

            times[distance] = Statistics.Median(taken);
        }

        return new RoundTrips(times[0], times[RoundTrips.Distance]);
    }

    /// <summary>Milliseconds on the machine itself for all of them, without any distance.</summary>
    private static async Task<double> OnMachineAsync(BenchMachine machine, string vm, string command, string clear, CancellationToken cancellationToken)
    {
        var line = $"sudo -n sh -c 's=$(date +%s%N); for i in $(seq {Forks}); do {command.Replace("'*'", "\"*\"", StringComparison.Ordinal)}; done; e=$(date +%s%N); echo $(((e-s)/1000)); {clear}'";
        var outcomes = machine.Engine.Commands.InvokeAsync(
            [new CommandTarget(vm, null, null)], new CommandRequest { Command = line, Timeout = TimeSpan.FromMinutes(10) }, cancellationToken);
        var result = (await BenchMachine.DrainAsync(outcomes))[0];
        return result.ExitCode == 0 ? double.Parse(result.Output, CultureInfo.InvariantCulture) / 1000 : throw new InvalidOperationException(result.ErrorOutput);
    }
}
