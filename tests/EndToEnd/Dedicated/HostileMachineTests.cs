using System.Globalization;
using System.Net.Sockets;
using Agentworks.Events;
using Agentworks.Platforms.Nspawn;
using Agentworks.Ports;
using Agentworks.Snapshots;
using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd.Dedicated;

/// <summary>Whoever is root in a dedicated machine gets at nothing outside of it: neither this computer nor another machine, nor more than its share.</summary>
[Collection("dedicated")]
public sealed class HostileMachineTests(DedicatedFixture ground)
{
    private const string Store = "/var/lib/agentworks/dedicated";
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    [MachineFact]
    public async Task RootOfAMachineStaysInsideAndTakesNoMoreThanItsShare()
    {
        await ground.NewAsync("hostile", request => request with { DiskGiB = 1 });
        Assert.Null((await ground.Engine.Forks.ForkAsync(new ForkWorkspace("hostile", ["neighbour"]), Quiet, CancellationToken.None))[0].Error);
        await ground.RunAsync("neighbour", "echo secret > secret; nohup perl -e '$0 = \"hostile-neighbour\"; sleep 1000' > /dev/null 2>&1 &");

        await EverythingIsDeniedAsync();
        await ItsUsersAreNobodyHereAsync();
        await ItsDiskIsLimitedAsync();
        await ItsProcessesAreLimitedAsync();

        Assert.Equal("secret\n", (await ground.RunAsync("neighbour", "cat secret")).Output);
        await ground.RemoveAsync("neighbour");
        await ground.RemoveAsync("hostile");
    }

    private async Task EverythingIsDeniedAsync()
    {
        var name = "agentworks-test-" + Environment.ProcessId;
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint("\0" + name));
        listener.Listen();
        var device = (await HereAsync("stat -c '%Hr %Lr' $(findmnt -no SOURCE \"$1\" | sed 's/[[].*//')", Store)).Trim();
        var neighbour = Path.Combine(Store, "roots", VmId("neighbour"));
        var subvolume = (await HereAsync("btrfs inspect-internal rootid \"$1\"", neighbour)).Trim();
        var before = await OutsideAsync();
        var program = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Dedicated", "hostile.pl"));
        await ground.RootAsync("hostile", $"cat > /root/hostile.pl <<'HOSTILE'\n{program}\nHOSTILE\n");
        var command = $"perl /root/hostile.pl {device} {subvolume} {neighbour}/workspace/secret {name}";

        // From a command of the operator's, and from what the machine's own systemd began.
        foreach (var way in new[] { command, "systemd-run --quiet --wait --pipe " + command })
        {
            var answers = (await ground.RootAsync("hostile", way + " 2>/tmp/hostile.log")).Split('\n');
            Assert.True(answers.Length > 50, string.Join('\n', answers));
            var open = answers.Where(answer => !answer.EndsWith(": denied", StringComparison.Ordinal)).ToArray();
            Assert.True(open.Length == 0, $"{string.Join('\n', open)}\n{await ground.RootAsync("hostile", "cat /tmp/hostile.log")}");
        }

        Assert.Equal(before, await OutsideAsync());

        // A card of its own making is in its own network.
        var cards = await HereAsync("ls /sys/class/net");
        await ground.RootAsync("hostile", "ip tuntap add dev own0 mode tun 2>/dev/null; ip link add own1 type veth peer name own2; ip link set own1 up; ip link show own1 >/dev/null");
        Assert.Equal(cards, await HereAsync("ls /sys/class/net"));
    }

    private async Task ItsUsersAreNobodyHereAsync()
    {
        var ids = new List<string>();
        foreach (var name in new[] { "hostile", "neighbour" })
        {
            var init = new MachineCgroup(VmId(name)).FindInit()!.Value;
            ids.Add((await HereAsync("stat -c %u /proc/\"$1\"; getent passwd \"$(stat -c %u /proc/\"$1\")\" || :", init.ToString(CultureInfo.InvariantCulture))).Trim());
            Assert.Equal("0", await ground.RootAsync(name, "stat -c %u /proc/1"));

            // A shell of ours has what the machine's own root has, and no more.
            Assert.Equal(await ground.RootAsync(name, "grep -E '^Cap(Bnd|Eff)' /proc/1/status"), await ground.RootAsync(name, "grep -E '^Cap(Bnd|Eff)' /proc/self/status"));
        }

        Assert.All(ids, id => Assert.True(int.Parse(id, CultureInfo.InvariantCulture) > 1 << 20, id));
        Assert.Equal(2, ids.Distinct(StringComparer.Ordinal).Count());
    }

    private async Task ItsDiskIsLimitedAsync()
    {
        await ground.HasNoRoomAsync("hostile", "5G", "/root/big");
        await ground.RootAsync("hostile", "btrfs subvolume create /root/free >/dev/null 2>&1; mkdir -p /root/free");
        await ground.HasNoRoomAsync("hostile", "5G", "/root/free/big");
        await ground.RootAsync("hostile", "rm -rf /root/free");
        Assert.Equal("more\n", (await ground.RunAsync("neighbour", "head -c 10M /dev/urandom > more && sync && rm more && echo more")).Output);
    }

    private async Task ItsProcessesAreLimitedAsync()
    {
        // Fewer than it usually may have, so that this computer has work left for others.
        var limit = Assert.Single(new MachineLimits(VmId("hostile")).Folders, folder => File.Exists(Path.Combine(folder, "pids.max"))) + "/pids.max";
        await File.WriteAllTextAsync(limit, "200");
        var events = Path.Combine(Path.GetDirectoryName(limit)!, "pids.events");
        var bomb = ground.RunAsync("hostile", "perl -e 'setpgrp; fork while 1'");
        await Eventually.BecomesAsync(async () => !(await File.ReadAllTextAsync(events)).StartsWith("max 0", StringComparison.Ordinal), "the machine has as many processes as it may");
        Assert.Equal("alive\n", (await ground.RunAsync("neighbour", "echo alive")).Output);

        // The operator gets it under control again.
        await ground.Engine.Dedicated.StopAsync("hostile", TimeSpan.Zero, Quiet, CancellationToken.None);
        await bomb.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await ground.Engine.Dedicated.StartAsync("hostile", Quiet, CancellationToken.None);
        Assert.Equal("alive\n", (await ground.RunAsync("hostile", "echo alive")).Output);
    }

    /// <summary>What the attempts are about, as it is outside.</summary>
    private Task<string> OutsideAsync() => HereAsync(
        """
        cat /proc/sys/kernel/core_pattern /proc/sys/kernel/pid_max /proc/sys/fs/file-max /proc/swaps
        btrfs subvolume get-default "$1"
        btrfs subvolume list "$1" | grep -F "$2" | sed 's/ gen [0-9]*//' # which goes up with every write
        btrfs qgroup show --raw -r "$1" | awk -v id="0/$(btrfs inspect-internal rootid "$1/roots/$2")" '$1 == id { print $1, $4 }'
        grep -r . /sys/fs/cgroup/*/agentworks/"$2"/{memory.limit_in_bytes,cpu.cfs_quota_us,pids.max,devices.list} 2>/dev/null || :
        """, Store, VmId("hostile"));

    private static async Task<string> HereAsync(string script, params string[] arguments)
    {
        var result = await new ProcessRunner().RunAsync("/bin/bash", ["-ec", script, "here", .. arguments], new ProcessOptions(), CancellationToken.None);
        return result.Succeeded ? result.Output : throw new InvalidOperationException($"{script}\n{result.Error}");
    }

    private string VmId(string name) => ground.Engine.Vms.List().First(vm => vm.Name == name).Id;
}
