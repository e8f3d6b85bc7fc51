using System.Globalization;
using Agentworks.Events;
using Agentworks.Platforms;
using Agentworks.Platforms.Qemu;
using Agentworks.Ports;

namespace Agentworks.Tests.EndToEnd.Platforms;

/// <summary>
/// A real machine under QEMU, one after another because they share two processors with everything else. Translated, a boot takes seconds, so that
/// each test goes on with what the machine is.
/// </summary>
public sealed partial class QemuPlatformTests(QemuFixture one) : IClassFixture<QemuFixture>
{
    private readonly List<string> snapshots = [];

    private IDiskSnapshots Disks => one.Platform;

    [QemuFact]
    public async Task ItIsAMachineOfItsOwnWithTheSizeAndNamesAskedFor()
    {
        Assert.Equal(PowerState.Running, await one.Platform.GetPowerStateAsync(one.Machine, CancellationToken.None));
        Assert.Equal(one.Machine.Spec.HostName, await one.ReadAsync(one.Machine, "hostname"));
        Assert.Equal("1", await one.ReadAsync(one.Machine, "nproc"));
        Assert.InRange(int.Parse(await one.ReadAsync(one.Machine, "free -m | awk '/^Mem/ { print $2 }'"), CultureInfo.InvariantCulture), 220, 320);

        // Larger than the image's: it was grown at the first boot.
        Assert.InRange(int.Parse(await one.ReadAsync(one.Machine, "df -BM --output=size / | tail -1 | tr -dc 0-9"), CultureInfo.InvariantCulture), 20 * 1024, 24 * 1024);
        Assert.NotEqual(await File.ReadAllTextAsync("/proc/sys/kernel/random/boot_id"), await one.ReadAsync(one.Machine, "cat /proc/sys/kernel/random/boot_id"));
        Assert.Equal("workspace", await one.ReadAsync(one.Machine, "stat -c %U /workspace"));
        Assert.Equal($"id={one.Machine.Spec.Id}", await one.ReadAsync(one.Machine, "head -1 /etc/agentworks/machine"));
        Assert.Contains("agentworks: ready", await File.ReadAllTextAsync(Assert.Single(one.Platform.FilesOf(one.Machine, MachineLogKind.Console))), StringComparison.Ordinal);
    }

    [QemuFact]
    public async Task ItsProcessHasNoPrivilegeAndANetworkOfItsOwn()
    {
        var qemu = one.Qemu(one.Machine);
        var status = await File.ReadAllLinesAsync($"/proc/{qemu.Pid}/status");

        Assert.Contains("CapEff:\t0000000000000000", status);
        Assert.Contains("CapBnd:\t0000000000000000", status);
        Assert.Contains("NoNewPrivs:\t1", status);
        string[] kinds = ["net", "user"];
        Assert.All(kinds, k => Assert.NotEqual(new FileInfo($"/proc/self/ns/{k}").LinkTarget, new FileInfo($"/proc/{qemu.Pid}/ns/{k}").LinkTarget));
    }

    [QemuFact]
    public async Task ClosedReachesNothingOfThisComputerAndOpenNotItsLoopback()
    {
        // A server on this computer's loopback, where QEMU's own network would lead by default.
        using var server = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        server.Start();
        var port = ((System.Net.IPEndPoint)server.LocalEndpoint).Port;
        var probe = $"for host in 10.0.3.2 10.0.2.2 127.0.0.1 169.254.169.254; do timeout 3 bash -c \"exec 3<>/dev/tcp/$host/{port}\" 2>/dev/null && echo reached $host; done; true";

        Assert.True(NetworkRules.Closed.IsSameAs(await one.Platform.ReadAsync(one.Machine, CancellationToken.None)));
        Assert.Equal(string.Empty, await one.ReadAsync(one.Machine, probe));

        await one.Platform.ApplyAsync(one.Machine, NetworkRules.Closed with { AllowInternet = true }, CancellationToken.None);
        Assert.True((await one.Platform.ReadAsync(one.Machine, CancellationToken.None))!.AllowInternet);
        Assert.Equal(string.Empty, await one.ReadAsync(one.Machine, probe));
        string[] entry = ["--preserve-credentials", "--user", "--net", "--target", one.Qemu(one.Machine).Pid.ToString(System.Globalization.CultureInfo.InvariantCulture)];
        var rules = await one.Processes.RunAsync("nsenter", [.. entry, "nft", "list", "ruleset"], null, CancellationToken.None);
        Assert.Contains("169.254.0.0/16", rules.Output, StringComparison.Ordinal);

        await one.Platform.ApplyAsync(one.Machine, NetworkRules.Closed, CancellationToken.None);
        Assert.True(NetworkRules.Closed.IsSameAs(await one.Platform.ReadAsync(one.Machine, CancellationToken.None)));
        Assert.False(server.Pending());
    }

    [QemuFact]
    public async Task ItsDiskGrowsWhileItRunsAndWhileItIsOff()
    {
        const string Size = "df -BM --output=size / | tail -1 | tr -dc 0-9";
        var boot = await one.ReadAsync(one.Machine, "cat /proc/sys/kernel/random/boot_id");
        var larger = one.Machine with { Spec = one.Machine.Spec with { DiskGiB = 23 } };

        // Twice, as after a kill just before it was written down.
        await one.Platform.ReshapeAsync(larger, CancellationToken.None);
        one.Record(larger, record => record with { Spec = one.Machine.Spec });
        await one.Platform.ReshapeAsync(larger, CancellationToken.None);
        Assert.InRange(int.Parse(await one.ReadAsync(larger, Size), CultureInfo.InvariantCulture), 22 * 1024, 23 * 1024);
        Assert.Equal(boot, await one.ReadAsync(larger, "cat /proc/sys/kernel/random/boot_id"));

        await one.Platform.StopAsync(larger, TimeSpan.Zero, CancellationToken.None);
        larger = larger with { Spec = larger.Spec with { DiskGiB = 24 } };
        await one.Platform.ReshapeAsync(larger, CancellationToken.None);
        await one.Platform.StartAsync(larger, NullEventSink.Instance, CancellationToken.None);
        Assert.InRange(int.Parse(await one.ReadAsync(larger, Size), CultureInfo.InvariantCulture), 23 * 1024, 24 * 1024);
    }

    [QemuFact]
    public async Task SuspendedItStandsStillAndResumedItHasTheRightTime()
    {
        // As if it had stood still for an hour.
        await one.ReadAsync(one.Machine, "date -s '1 hour ago'");
        await one.Platform.SuspendAsync(one.Machine, CancellationToken.None);
        Assert.Equal(PowerState.Suspended, await one.Platform.GetPowerStateAsync(one.Machine, CancellationToken.None));

        await one.Platform.ResumeAsync(one.Machine, CancellationToken.None);

        Assert.Equal(PowerState.Running, await one.Platform.GetPowerStateAsync(one.Machine, CancellationToken.None));
        Assert.InRange(long.Parse(await one.ReadAsync(one.Machine, "date +%s"), CultureInfo.InvariantCulture) - DateTimeOffset.UtcNow.ToUnixTimeSeconds(), -20, 20);
    }

    [QemuFact]
    public async Task MemoryAndDiskComeBackTogetherAndNewerSnapshotsStay()
    {
        await one.ReadAsync(one.Machine, "echo one > /root/state; setsid -f sh -c 'echo $$ > /run/held; exec sleep 100000'");
        var memory = await SnapshotAsync(memory: true);
        var boot = await one.ReadAsync(one.Machine, "echo two > /root/state; echo > /run/later; cat /proc/sys/kernel/random/boot_id");
        var newer = await SnapshotAsync(memory: false);

        await Disks.RestoreAsync(one.Machine, memory, new ListJournal(), CancellationToken.None);
        Assert.Equal(PowerState.Stopped, await one.Platform.GetPowerStateAsync(one.Machine, CancellationToken.None));
        await one.Platform.StartAsync(one.Machine, NullEventSink.Instance, CancellationToken.None);

        Assert.Equal("one " + boot, await one.ReadAsync(one.Machine, "kill -0 $(cat /run/held) && [ ! -e /run/later ] && echo $(cat /root/state) $(cat /proc/sys/kernel/random/boot_id)"));

        await Disks.RestoreAsync(one.Machine, newer, new ListJournal(), CancellationToken.None);
        await one.Platform.StartAsync(one.Machine, NullEventSink.Instance, CancellationToken.None);
        Assert.Equal("two", await one.ReadAsync(one.Machine, "cat /root/state"));
        await DropAsync();
    }

    [QemuFact]
    public async Task ForksHaveTheFilesAndAnIdentityOfTheirOwn()
    {
        // With memory too, so that what has not reached the disk by itself must be in it all the same.
        await one.ReadAsync(one.Machine, "echo shared > /root/shared");
        var snapshot = await SnapshotAsync(memory: true);
        var sizes = await Disks.MeasureAsync(one.Machine, [snapshot], CancellationToken.None);
        Assert.True(sizes[snapshot].Referenced > sizes[snapshot].Used);

        const string Identity = "cat /root/shared /etc/machine-id /etc/hostname /etc/ssh/ssh_host_ed25519_key.pub; sha256sum /var/lib/systemd/random-seed";
        List<string[]> all = [(await one.ReadAsync(one.Machine, Identity)).Split('\n')];
        for (var i = 0; i < 2; i++)
        {
            var fork = await Disks.CloneAsync(one.NewSpec("fork"), one.Machine, snapshot, new ListJournal(), NullEventSink.Instance, CancellationToken.None);
            await one.Platform.StartAsync(fork, NullEventSink.Instance, CancellationToken.None);
            all.Add((await one.ReadAsync(fork, Identity)).Split('\n'));

            // Its snapshot may go: what the fork needs of it stays.
            if (i == 1)
            {
                await DropAsync();
                Assert.Equal("shared", await one.ReadAsync(fork, "echo 3 > /proc/sys/vm/drop_caches; cat /root/shared"));
            }

            await one.Platform.RemoveAsync(fork, CancellationToken.None);
            Assert.Equal(PowerState.Missing, await one.Platform.GetPowerStateAsync(fork, CancellationToken.None));
        }

        Assert.All(all, lines => Assert.Equal("shared", lines[0]));
        for (var line = 1; line < all[0].Length; line++)
        {
            Assert.Equal(3, all.Select(lines => lines[line]).Distinct(StringComparer.Ordinal).Count());
        }
    }

    [QemuFact]
    public async Task KilledDuringASnapshotNothingIsLostAndTheNextStartGoesOn()
    {
        await one.ReadAsync(one.Machine, "echo before > /root/kill; sync");
        var id = NewSnapshot();
        var snapshot = Task.Run(() => Disks.SnapshotAsync(one.Machine, id, memory: true, new ListJournal(), CancellationToken.None));
        var file = Path.Combine(one.Layout.Snapshots, id + ".json");
        await Support.Eventually.BecomesAsync(() => Task.FromResult(File.Exists(file)), "the snapshot has begun");
        var qemu = one.Qemu(one.Machine);
        qemu.Signal(HostProcess.Kill);
        await Support.Eventually.BecomesAsync(() => Task.FromResult(!qemu.IsAlive()), "it is dead");
        await Record.ExceptionAsync(() => snapshot);

        Assert.Equal(PowerState.Stopped, await one.Platform.GetPowerStateAsync(one.Machine, CancellationToken.None));
        await one.Platform.StartAsync(one.Machine, NullEventSink.Instance, CancellationToken.None);
        Assert.Equal("before", await one.ReadAsync(one.Machine, "cat /root/kill"));
        await DropAsync();

        var layers = Layers();
        Assert.Contains(QemuRecord.Read(one.Layout.For(one.Machine.Spec.Id).Record)!.Disk + ".qcow2", layers);
        await Disks.RemoveSnapshotAsync(one.Machine, "never-was", CancellationToken.None);
        Assert.DoesNotContain(Directory.EnumerateFiles(one.Layout.Snapshots), f => f.Contains(id, StringComparison.Ordinal));
        Assert.Equal(layers, Layers());

        string[] Layers() => [.. Directory.EnumerateFiles(one.Layout.Layers, "*.qcow2").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
    }

    private string NewSnapshot()
    {
        snapshots.Add("test-" + Guid.NewGuid().ToString("N"));
        return snapshots[^1];
    }

    private async Task<string> SnapshotAsync(bool memory)
    {
        var id = NewSnapshot();
        await Disks.SnapshotAsync(one.Machine, id, memory, new ListJournal(), CancellationToken.None);
        return id;
    }

    private async Task DropAsync()
    {
        foreach (var id in snapshots)
        {
            await Disks.RemoveSnapshotAsync(one.Machine, id, CancellationToken.None);
        }

        snapshots.Clear();
    }
}
