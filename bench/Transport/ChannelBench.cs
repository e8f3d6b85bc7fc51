using System.Diagnostics;
using System.Globalization;
using Agentworks.Bench.Machines;
using Agentworks.Tests.Shared;
using Agentworks.Transport;

namespace Agentworks.Bench.Transport;

/// <summary>P1: a warm command, beside a shell in an open ssh fed by hand, ssh over ControlMaster, and ssh per command.</summary>
public sealed class ChannelBench : IBenchmark
{
    private const int Rounds = 300, FewRounds = 20, FarRounds = 15, WarmUp = 20;

    public string Id => "P1";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        await using var ssh = await SshBench.StartAsync(context, cancellationToken);
        return [await OverheadAsync(ssh, cancellationToken), .. await RoundTripsAsync(ssh, cancellationToken)];
    }

    private async Task<BenchRow> OverheadAsync(SshBench ssh, CancellationToken cancellationToken)
    {
        await using var shell = ssh.Shell(ssh.Port);
        using var bare = Start("ssh", [.. ssh.Options(ssh.Port), "-T", "root@127.0.0.1", "exec /bin/sh"]);
        string[] shared = ["-o", "ControlMaster=auto", "-o", $"ControlPath={ssh.PathOf("control")}", "-o", "ControlPersist=60"];
        await RunSshAsync(ssh, shared);

        var ours = new List<double>();
        var byHand = new List<double>();
        for (var i = -WarmUp; i < Rounds; i++)
        {
            var one = await RoundTrips.TimeAsync(() => shell.RunAsync(new RemoteCommand { Script = "true" }, cancellationToken));
            var other = await RoundTrips.TimeAsync(() => AskAsync(bare));
            if (i >= 0)
            {
                ours.Add(one);
                byHand.Add(other);
            }
        }

        var perCommand = await RoundTrips.MedianAsync(FewRounds, _ => RunSshAsync(ssh, []));
        var overMaster = await RoundTrips.MedianAsync(FewRounds, _ => RunSshAsync(ssh, shared));
        await RunSshAsync(ssh, [.. shared, "-O", "exit"]);

        var overhead = Statistics.Median(ours) - Statistics.Median(byHand);
        return new BenchRow(
            Id,
            "warm command `true`",
            Text($"p50 {Statistics.Median(ours):0.00} ms, p99 {Statistics.Percentile(ours, 99):0.0} ms, {overhead:0.00} ms over by hand"),
            "<= 5 ms p50 over the shell by hand",
            Text($"`sh -c true` by hand in an open ssh p50 {Statistics.Median(byHand):0.00}, p99 {Statistics.Percentile(byHand, 99):0.0} ms; ssh over ControlMaster {overMaster:0.0} ms; ssh per command {perCommand:0} ms"),
            overhead <= 5);
    }

    private async Task<IReadOnlyList<BenchRow>> RoundTripsAsync(SshBench ssh, CancellationToken cancellationToken)
    {
        await using var proxy = new DelayProxy(ssh.Port);
        var path = ssh.PathOf("small");
        var content = new byte[4096];
        var actions = new (string What, Func<MachineShell, Task> Run)[]
        {
            ("warm command", shell => shell.RunAsync(new RemoteCommand { Script = "true" }, cancellationToken)),
            ("warm command that changes something", shell => shell.RunAsync(new RemoteCommand { Script = "true", OperationId = Guid.NewGuid().ToString("N") }, cancellationToken)),
            ("small write", shell => new MachineFiles(shell).WriteAsync(path, null, new MemoryStream(content), new FileWriteOptions(), cancellationToken)),
            ("small read", shell => new MachineFiles(shell).ReadAsync(path, null, Stream.Null, cancellationToken)),
        };

        var times = new Dictionary<(string, int), double>();
        var cold = new Dictionary<int, double>();
        foreach (var distance in new[] { 0, RoundTrips.Distance })
        {
            proxy.OneWayDelay = TimeSpan.FromMilliseconds(distance / 2.0);
            await using var shell = ssh.Shell(proxy.Port);
            cold[distance] = await RoundTrips.TimeAsync(() => shell.RunAsync(new RemoteCommand { Script = "true" }, cancellationToken));
            foreach (var (what, run) in actions)
            {
                await run(shell);
                times[(what, distance)] = await RoundTrips.MedianAsync(FarRounds, _ => run(shell));
            }
        }

        var master = await MasterRoundTripsAsync(ssh, proxy);
        var first = new RoundTrips(cold[0], cold[RoundTrips.Distance]);
        return
        [
            .. actions.Select(action => Row(action.What, new RoundTrips(times[(action.What, 0)], times[(action.What, RoundTrips.Distance)]), master)),
            new BenchRow(Id, "first command, connecting included", first.ToString(), "<= 8 round trips", Text($"ssh per command: the same handshake each time"), first.Count < 8.5),
        ];
    }

    private BenchRow Row(string what, RoundTrips trips, RoundTrips master) =>
        new(Id, what, trips.ToString(), "1 round trip", $"ssh over ControlMaster: {master}", trips.Count is > 0.5 and < 1.25);

    private static async Task<RoundTrips> MasterRoundTripsAsync(SshBench ssh, DelayProxy proxy)
    {
        var times = new List<double>();
        foreach (var distance in new[] { 0, RoundTrips.Distance })
        {
            proxy.OneWayDelay = TimeSpan.FromMilliseconds(distance / 2.0);
            string[] shared = ["-o", "ControlMaster=auto", "-o", $"ControlPath={ssh.PathOf($"far-{distance}")}", "-o", "ControlPersist=60"];
            await RunSshAsync(ssh, shared, proxy.Port);
            times.Add(await RoundTrips.MedianAsync(5, _ => RunSshAsync(ssh, shared, proxy.Port)));
            await RunSshAsync(ssh, [.. shared, "-O", "exit"], proxy.Port);
        }

        return new RoundTrips(times[0], times[1]);
    }

    private static async Task AskAsync(Process bare)
    {
        await bare.StandardInput.WriteAsync("sh -c true; echo $?\n");
        await bare.StandardInput.FlushAsync();
        if (await bare.StandardOutput.ReadLineAsync() != "0")
        {
            throw new InvalidOperationException("The shell by hand gave no answer.");
        }
    }

    private static async Task RunSshAsync(SshBench ssh, string[] more, int? port = null)
    {
        using var process = Start("ssh", [.. ssh.Options(port ?? ssh.Port, more), "root@127.0.0.1", "true"]);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException("ssh failed.");
        }
    }

    private static Process Start(string program, IReadOnlyList<string> arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
