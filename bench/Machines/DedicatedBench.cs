using System.Globalization;
using Agentworks.Dedicated;
using Agentworks.Platforms;
using Agentworks.Ports;
using Agentworks.Tests.Shared;

namespace Agentworks.Bench.Machines;

/// <summary>P8: a dedicated workspace until its first command has run, new and from the pool, beside the same machine started by hand.</summary>
public sealed class DedicatedBench : IBenchmark
{
    private const int Rounds = 7;

    // What a person would type: the same image, a clone of it, a host key, a namespace, nspawn, and a command as soon as sshd listens.
    private const string ByHand = """
        set -eu
        store=/var/lib/agentworks/dedicated
        root=$store/roots/benchhand
        work=$(mktemp -d)
        groups='/sys/fs/cgroup/systemd/benchhand /sys/fs/cgroup/unified/benchhand'
        end() {
            kill "$(cat "$work/pid")" || :
            wait
            ip netns del benchhand
            btrfs -q subvolume delete "$root"
            rm -rf "$work"
            for group in $groups; do find "$group" -depth -type d -exec rmdir {} \; ; done
        }
        trap 'end > /dev/null 2>&1' EXIT
        btrfs -q subvolume snapshot "$store/images/debian-12" "$root"
        tr -d - < /proc/sys/kernel/random/uuid > "$root/etc/machine-id"
        ssh-keygen -q -t ed25519 -N '' -f "$root/etc/ssh/ssh_host_ed25519_key"
        ip netns add benchhand
        ip -n benchhand link set lo up
        mkdir -p $groups
        (for group in $groups; do echo "$BASHPID" > "$group/cgroup.procs"; done
        exec systemd-nspawn --quiet --boot --directory="$root" --machine=benchhand --register=no --keep-unit --network-namespace-path=/run/netns/benchhand \
            --capability=CAP_NET_ADMIN --link-journal=no --resolv-conf=off --timezone=off --settings=no --console=read-only > "$work/console" 2>&1 < /dev/null) &
        echo $! > "$work/pid"
        until ip netns exec benchhand ss -Hltn 'sport = 22' | grep -q .; do sleep 0.004; done
        init=$(pgrep -P "$(cat "$work/pid")" | head -n 1)
        nsenter -t "$init" -m -u -i -n -p setpriv --reuid=workspace --regid=workspace --init-groups true
        echo ready
        """;

    public string Id => "P8";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        var readiness = await new PlatformRegistry(new ProcessRunner(), TimeProvider.System).Get("nspawn").CheckAsync(cancellationToken);
        if (!readiness.Ready)
        {
            throw new BenchSkippedException($"needs machines of platform nspawn: {readiness.Message}");
        }

        await using var engine = AgentworksEngine.Open(TestOptions.For(context.NewFolder("home-dedicated")));
        var cold = new List<double>();
        var hand = new List<double>();
        await MakeAsync(engine, "warm-up", cancellationToken);
        for (var i = 0; i < Rounds; i++)
        {
            cold.Add(await MakeAsync(engine, $"cold-{i}", cancellationToken));
            hand.Add(await ByHandAsync(cancellationToken));
        }

        var pooled = new List<double>();
        await engine.Pools.SetAsync(new NewWorkspacePool { Count = 4, Platform = "nspawn", MemoryMiB = 256 }, BenchMachine.Quiet, cancellationToken);
        for (var i = 0; i < Rounds; i++)
        {
            pooled.Add(await MakeAsync(engine, $"claim-{i}", cancellationToken));
            await engine.Pools.FillAsync("nspawn", "debian-12", BenchMachine.Quiet, cancellationToken);
        }

        await engine.Pools.SetAsync(new NewWorkspacePool { Count = 0, Platform = "nspawn" }, BenchMachine.Quiet, cancellationToken);
        return
        [
            new(Id, "New-AgwWorkspace -Isolated on nspawn, cold", Show(cold), "p50 <= 800 ms", $"the same machine by hand: {Show(hand)}", Median(cold) <= 800),
            new(Id, "the same from the pool", Show(pooled), "p50 <= 100 ms", "best hosted sandbox, measured independently: 186 ms p50", Median(pooled) <= 100),
        ];
    }

    private static async Task<double> MakeAsync(AgentworksEngine engine, string name, CancellationToken cancellationToken)
    {
        var made = await engine.Dedicated.CreateAsync(new NewDedicatedWorkspace { Name = name, Platform = "nspawn", MemoryMiB = 512 }, BenchMachine.Quiet, cancellationToken);
        await engine.Workspaces.RemoveAsync(name, cascade: true, BenchMachine.Quiet, cancellationToken);
        return made.ReadyTime!.Value.TotalMilliseconds;
    }

    private static async Task<double> ByHandAsync(CancellationToken cancellationToken)
    {
        var ready = double.NaN;
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        var options = new ProcessOptions(
            Timeout: TimeSpan.FromMinutes(1), WorkingDirectory: "/", OnOutputLine: _ => ready = System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        var result = await new ProcessRunner().RunAsync("/bin/bash", ["-c", ByHand], options, cancellationToken);
        return double.IsNaN(ready) ? throw new BenchSkippedException($"the machine by hand did not come up: {result.Error}") : ready;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string Show(List<double> values) => string.Create(CultureInfo.InvariantCulture, $"p50 {Median(values):0} ms, worst {values.Max():0} ms");
}
