using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Agentworks.Bench.Machines;
using Agentworks.Tests.Shared;
using Agentworks.Transport;

namespace Agentworks.Bench.Transport;

/// <summary>P5: a file of 256 KiB there and back, hash-checked and atomic, beside scp.</summary>
public sealed class FileBench : IBenchmark
{
    private const int Size = 256 << 10, Rounds = 7;

    public string Id => "P5";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        await using var ssh = await SshBench.StartAsync(context, cancellationToken);
        await using var proxy = new DelayProxy(ssh.Port);
        var content = RandomNumberGenerator.GetBytes(Size);
        var (local, remote) = (ssh.PathOf("local"), ssh.PathOf("remote"));
        await File.WriteAllBytesAsync(local, content, cancellationToken);
        var times = new Dictionary<(string, int), double>();
        foreach (var distance in new[] { 0, RoundTrips.Distance })
        {
            proxy.OneWayDelay = TimeSpan.FromMilliseconds(distance / 2.0);
            await using var shell = ssh.Shell(proxy.Port);
            var files = new MachineFiles(shell);
            await shell.EvaluateAsync("1", [], cancellationToken);
            times[("write", distance)] = await RoundTrips.MedianAsync(
                Rounds, _ => files.WriteAsync(remote, null, new MemoryStream(content), new FileWriteOptions(), cancellationToken));
            times[("read", distance)] = await RoundTrips.MedianAsync(Rounds, _ => files.ReadAsync(remote, null, Stream.Null, cancellationToken));
            times[("scp", distance)] = await RoundTrips.MedianAsync(3, _ => CopyAsync(ssh, proxy.Port, local));
        }

        var scp = new RoundTrips(times[("scp", 0)], times[("scp", RoundTrips.Distance)]);
        return
        [
            Row("write 256 KiB", new RoundTrips(times[("write", 0)], times[("write", RoundTrips.Distance)]), scp),
            Row("read 256 KiB", new RoundTrips(times[("read", 0)], times[("read", RoundTrips.Distance)]), scp),
        ];
    }

    private BenchRow Row(string what, RoundTrips trips, RoundTrips scp) =>
        new(Id, what, trips.ToString(), "1 round trip", string.Create(CultureInfo.InvariantCulture, $"scp: {scp}"), trips.Count is > 0.5 and < 1.25);

    private static async Task CopyAsync(SshBench ssh, int port, string local)
    {
        using var process = Process.Start(new ProcessStartInfo("scp", [.. ssh.Options(port), local, "root@127.0.0.1:" + ssh.PathOf("by-scp")]) { UseShellExecute = false })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException("scp failed.");
        }
    }
}
