using System.Diagnostics;
using System.Globalization;
using Agentworks.Bench.Machines;
using Agentworks.Events;
using Agentworks.Files;
using Agentworks.Model;
using Agentworks.State.Rows;
using Agentworks.Tests.Shared;

namespace Agentworks.Bench.Transport;

/// <summary>P6: a thousand small files there, back, and edited, beside scp of each.</summary>
public sealed class ManyFilesBench : IBenchmark
{
    private const int Files = 1000, Size = 500, ByScp = 3, Rounds = 3;

    public string Id => "P6";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        await using var ssh = await SshBench.StartAsync(context, cancellationToken);
        await using var proxy = new DelayProxy(ssh.Port);
        var source = Directory.CreateDirectory(ssh.PathOf("source")).FullName;
        for (var i = 0; i < Files; i++)
        {
            await File.WriteAllTextAsync(Path.Combine(source, $"{i}.txt"), new string((char)('a' + (i % 26)), Size), cancellationToken);
        }

        var ground = Ground(Directory.CreateDirectory(ssh.PathOf("workspace")).FullName);
        var times = new Dictionary<(string, int), double>();
        foreach (var distance in new[] { 0, RoundTrips.Distance })
        {
            proxy.OneWayDelay = TimeSpan.FromMilliseconds(distance / 2.0);
            await using var shell = ssh.Shell(proxy.Port);
            var program = new FileProgram(shell, null, ground.Root, confined: true);
            await shell.EvaluateAsync("1", [], cancellationToken);
            times[("there", distance)] = await RoundTrips.MedianAsync(Rounds, round => new FileUpload(
                program, ground, new CopyFiles { Sources = [source], Destination = $"copy{distance}-{round}", Recurse = true }, null, NullEventSink.Instance, CheckAsync).RunAsync(cancellationToken));
            times[("back", distance)] = await RoundTrips.MedianAsync(Rounds, async round =>
            {
                using var download = new FileDownload(
                    program, ground, new CopyFiles { Sources = [$"copy{distance}-{round}"], Destination = ssh.PathOf($"back{distance}-{round}"), Recurse = true }, null, NullEventSink.Instance, CheckAsync);
                await download.RunAsync(cancellationToken);
            });
            times[("scp", distance)] = await RoundTrips.TimeAsync(() => CopyAsync(ssh, proxy.Port, Directory.GetFiles(source).Take(ByScp))) / ByScp;
        }

        var scp = new RoundTrips(times[("scp", 0)], times[("scp", RoundTrips.Distance)]);
        return [Row("1,000 files there", "there"), Row("1,000 files back", "back")];

        BenchRow Row(string what, string key)
        {
            var trips = new RoundTrips(times[(key, 0)], times[(key, RoundTrips.Distance)]);
            return new(Id, what, trips.ToString(), "2 round trips", string.Create(CultureInfo.InvariantCulture, $"scp of each: {scp} a file"), trips.Count < 2.25);
        }
    }

    private static ValueTask CheckAsync(BatchOutcome<AgwFileTransfer> outcome) =>
        outcome.Error is { } failure ? throw failure
        : outcome.Value!.Files == Files ? ValueTask.CompletedTask : throw new InvalidOperationException($"{outcome.Value.Files} files were copied.");

    private static FileGround Ground(string folder)
    {
        var vm = new VmRow
        {
            Id = "bench", Name = "bench", Platform = "ssh", Template = "default", State = LifecycleState.Ready, DesiredPower = DesiredPower.Running, AdminUser = "root", HostName = "bench", WorkspacesPath = folder,
        };
        var workspace = new WorkspaceRow
        {
            Id = "bench", Name = "bench", VmId = vm.Id, Isolation = WorkspaceIsolation.Shared, State = LifecycleState.Ready, Template = "default", Path = folder, LinuxGroup = "root",
        };
        return new FileGround(vm, workspace, "root", Confined: true);
    }

    private static async Task CopyAsync(SshBench ssh, int port, IEnumerable<string> files)
    {
        foreach (var file in files)
        {
            using var process = Process.Start(new ProcessStartInfo("scp", [.. ssh.Options(port), file, "root@127.0.0.1:" + ssh.PathOf("by-scp")]) { UseShellExecute = false })!;
            await process.WaitForExitAsync();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException("scp failed.");
            }
        }
    }
}
