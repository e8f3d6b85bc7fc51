using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Platforms;
using Agentworks.Platforms.Nspawn;
using Agentworks.Ports;
using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd.Network;

[Collection("gateway")]
public sealed class NetworkPolicyTests(GatewayFixture fixture) : IAsyncLifetime
{
    private static readonly NetworkRules Open = new() { AllowInternet = true };
    private static readonly NetworkRules Listed = new NetworkRules { AllowInternet = true, AllowedHosts = ["good.example", "203.0.113.10"] }.Normalize();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => fixture.ClearAsync();

    [MachineFact]
    public async Task RulesOfAMachineThatRunsAreSwitchedAndReadBack()
    {
        var machine = await fixture.StartAsync(NetworkRules.Closed);
        foreach (var rules in new[] { NetworkRules.Closed, Open, Listed, Open with { AllowInterVm = true }, NetworkRules.Closed with { AllowInterVm = true, AllowedPorts = [80, 443] }, Listed, NetworkRules.Closed })
        {
            await fixture.Platform.ApplyAsync(machine, rules, CancellationToken.None);
            await fixture.Platform.ApplyAsync(machine, rules, CancellationToken.None);

            Assert.True(rules.IsSameAs(await ReadAsync(machine)));
            var everything = rules.AllowInternet && rules.AllowedHosts.Count == 0;
            (string Text, bool Open)[] probes = [("tcp 203.0.113.10 80", rules.AllowInternet), ("tcp 203.0.113.11 80", everything), ("name good.example 80", rules.AllowInternet), ("name other.example 80", everything)];
            var answers = await fixture.ProbeAsync(machine, probes);
            Assert.Equal(probes.Select(probe => probe.Open), answers.Select(a => a.StartsWith("open", StringComparison.Ordinal)));
        }
    }

    [MachineTheory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public async Task AConnectionThatIsNotAllowedAnyMoreIsCut(string kind)
    {
        var machine = await fixture.StartAsync(Open);
        await using var bad = await Conversation.BeginAsync(fixture, machine, kind, "203.0.113.11", 80);
        await using var good = await Conversation.BeginAsync(fixture, machine, kind, "203.0.113.10", 80);
        if (kind == "tcp")
        {
            Assert.Equal("heard internet", await good.HearAsync());
            Assert.Equal("heard internet", await bad.HearAsync());
        }

        await bad.SayAsync("before-" + kind);
        Assert.EndsWith("before-" + kind, await bad.HearAsync(), StringComparison.Ordinal);

        await fixture.Platform.ApplyAsync(machine, Listed, CancellationToken.None);
        await bad.SayAsync("after-" + kind, mayBeCut: true);
        Assert.StartsWith("cut", await bad.HearAsync(), StringComparison.Ordinal);
        await good.SayAsync("still-" + kind);
        Assert.EndsWith("still-" + kind, await good.HearAsync(), StringComparison.Ordinal);

        await fixture.Platform.ApplyAsync(machine, NetworkRules.Closed, CancellationToken.None);
        await good.SayAsync("closed-" + kind, mayBeCut: true);
        Assert.StartsWith("cut", await good.HearAsync(), StringComparison.Ordinal);

        Assert.Contains(fixture.Internet.Received, line => line.Contains("still-" + kind, StringComparison.Ordinal));
        Assert.DoesNotContain(fixture.Internet.Received, line => line.Contains("after-" + kind, StringComparison.Ordinal) || line.Contains("closed-" + kind, StringComparison.Ordinal));
    }

    [MachineFact]
    public async Task ANameThatStaysAllowedKeepsItsConnections()
    {
        var machine = await fixture.StartAsync(Listed);
        Assert.Equal("open 203.0.113.20", await fixture.OpenAsync(machine, "dns 198.19.0.1 good.example"));
        await using var good = await Conversation.BeginAsync(fixture, machine, "tcp", "203.0.113.20", 443);
        Assert.Equal("heard internet", await good.HearAsync());

        await fixture.Platform.ApplyAsync(machine, Listed with { AllowedHosts = ["good.example", "late.example"] }, CancellationToken.None);
        await good.SayAsync("kept");
        Assert.Equal("heard kept", await good.HearAsync());
        Assert.StartsWith("open", await fixture.OpenAsync(machine, "name late.example 443"), StringComparison.Ordinal);

        await fixture.Platform.ApplyAsync(machine, Listed with { AllowedHosts = ["late.example"] }, CancellationToken.None);
        await good.SayAsync("gone", mayBeCut: true);
        Assert.StartsWith("cut", await good.HearAsync(), StringComparison.Ordinal);
    }

    [MachineFact]
    public async Task RootInsideCannotChangeWhatHolds()
    {
        var machine = await fixture.StartAsync(Listed);
        var paths = fixture.PathsOf(machine);
        string[] tricks =
        [
            "ip addr add 203.0.113.10/32 dev eth0; ip route replace default via 198.19.0.1 src 203.0.113.10",
            "ip addr add 198.19.0.9/16 dev eth0; ip route replace default via 198.19.0.1 dev eth0 src 198.19.0.9 onlink",
            "ip link set eth0 down; ip link set eth0 address 02:61:67:00:00:03; ip link set eth0 up; ip route replace 198.19.0.1 dev eth0; ip route replace default via 198.19.0.1",
            "ip route replace 198.18.0.0/15 via 198.19.0.1 dev eth0 onlink; ip neigh replace 198.19.0.2 lladdr 02:61:67:00:00:01 dev eth0 nud permanent; ip route replace default via 198.19.0.2 dev eth0 onlink",
            "ip link add v type veth peer name w; ip link add link eth0 name vlan1 type vlan id 1; ip link set vlan1 up; ip addr add 203.0.113.10/24 dev vlan1",
            "sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.accept_ra=2; ip -6 addr add fe80::5/64 dev eth0; ip -6 route replace default via fe80::1 dev eth0",
            "nft flush ruleset; nft add table inet t; ip link set eth0 promisc on; ip link set eth0 arp off; ip neigh replace 198.19.0.1 lladdr 02:61:67:00:00:01 dev eth0 nud permanent",
            "ip link add up0 type dummy; ip link set up0 up; ip addr add 198.18.0.1/24 dev up0; ip link set dev eth0 mtu 576",
            "mkdir -p /tmp/n; for n in /proc/[0-9]*/ns/net; do nsenter --net=$n true; done; ls /run/netns /sys/class/net; unshare --net true",
        ];
        string[] probes = ["tcp 203.0.113.11 80", "udp 203.0.113.11 53", "icmp 203.0.113.11", "dns 203.0.113.53 secret.example", "dns 198.19.0.1 secret.example", "tcp 169.254.169.254 80", "tcp 192.168.0.1 80", "tcp6 2001:db8::1 80", "spoof 203.0.113.10 203.0.113.11 17"];
        Assert.StartsWith("open", await fixture.OpenAsync(machine, "name good.example 80"), StringComparison.Ordinal);
        foreach (var trick in tricks)
        {
            await fixture.ShellAsync(machine, trick);
            Assert.DoesNotContain(await fixture.ProbeAsync(machine, [.. probes.Select(probe => (probe, false))]), answer => answer.StartsWith("open", StringComparison.Ordinal));
            Assert.True(Listed.IsSameAs(await ReadAsync(machine)));
        }

        var (packets, types) = await fixture.Internet.SeenAsync(paths);
        Assert.All(packets, packet => Assert.Matches(@"^198\.18\.\d+\.100 (203\.0\.113\.(10|20)|198\.18\.255\.53) ", packet));
        Assert.DoesNotContain(types, type => type is not ("arp" or "ip"));

        // A machine that has cut itself off is on the network again at its next start.
        await fixture.Platform.StopAsync(machine, TimeSpan.FromSeconds(20), CancellationToken.None);
        await fixture.Platform.StartAsync(machine, NullEventSink.Instance, CancellationToken.None);
        Assert.StartsWith("open", await fixture.OpenAsync(machine, "name good.example 80"), StringComparison.Ordinal);
    }

    [MachineFact]
    public async Task FromTheFirstInstantAndAfterACrashNothingGetsOut()
    {
        var machine = await fixture.StartAsync(Open);
        var paths = fixture.PathsOf(machine);
        await fixture.ReadAsync(machine, """
            cat > /etc/eager.pl <<'EOF'
            use Socket;
            socket(my $s, PF_INET, SOCK_DGRAM, 0);
            while (1) { send($s, "eager", 0, pack_sockaddr_in(4000, inet_aton("203.0.113.66"))); select(undef, undef, undef, 0.001); }
            EOF
            printf '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/usr/bin/perl /etc/eager.pl\n[Install]\nWantedBy=sysinit.target\n' > /etc/systemd/system/eager.service
            systemctl enable eager.service; sync
            """);
        var closed = machine with { Spec = machine.Spec with { Network = NetworkRules.Closed } };
        await fixture.Platform.StopAsync(closed, TimeSpan.FromSeconds(20), CancellationToken.None);
        var before = fixture.Internet.Received.Count;

        await fixture.Platform.StartAsync(closed, NullEventSink.Instance, CancellationToken.None);
        Assert.True(NetworkRules.Closed.IsSameAs(await ReadAsync(closed)));
        var nspawn = HostProcess.Read(paths.Run)!;
        nspawn.Signal(HostProcess.Kill);
        await Eventually.BecomesAsync(() => Task.FromResult(!nspawn.IsAlive()), "it is dead");
        await fixture.Platform.StartAsync(closed, NullEventSink.Instance, CancellationToken.None);

        Assert.Equal("active", await fixture.ReadAsync(closed, "systemctl is-active eager"));
        Assert.Equal(before, fixture.Internet.Received.Count);
        Assert.False(fixture.Internet.IsConnected(paths));
        await fixture.Platform.ApplyAsync(closed, Open, CancellationToken.None);
        await Eventually.BecomesAsync(() => Task.FromResult(fixture.Internet.Received.Count > before), "what is allowed gets out");
    }

    [MachineFact]
    public async Task WhatDiesLeavesLessOpenAndIsSeen()
    {
        var machine = await fixture.StartAsync(Listed);
        var paths = fixture.PathsOf(machine);
        HostProcess.Read(paths.ResolverRun)!.Signal(HostProcess.Kill);
        Assert.StartsWith("shut", await fixture.ShutAsync(machine, "name good.example 80"), StringComparison.Ordinal);
        Assert.False((await ReadAsync(machine))!.AllowInternet);
        await fixture.Platform.ApplyAsync(machine, Listed, CancellationToken.None);
        Assert.StartsWith("open", await fixture.OpenAsync(machine, "name good.example 80"), StringComparison.Ordinal);

        await NftAsync(paths, "add rule inet agentworks forward accept");
        Assert.Null(await ReadAsync(machine));
        await fixture.Platform.ApplyAsync(machine, Listed, CancellationToken.None);
        Assert.True(Listed.IsSameAs(await ReadAsync(machine)));
        Assert.StartsWith("shut", await fixture.ShutAsync(machine, "tcp 203.0.113.11 80"), StringComparison.Ordinal);

        await fixture.Internet.CutAsync(paths);
        Assert.StartsWith("shut", await fixture.ShutAsync(machine, "tcp 203.0.113.10 80"), StringComparison.Ordinal);
    }

    [MachineFact]
    public async Task RulesThatCannotBePutInForceLeaveNothingOpen()
    {
        var machine = await fixture.StartAsync(Open);
        var platform = new NspawnPlatform(new LackingProgram("dnsmasq"), TimeProvider.System) { Uplink = fixture.Internet };

        await Assert.ThrowsAsync<PrerequisiteMissingException>(() => platform.ApplyAsync(machine, Listed, CancellationToken.None));

        Assert.StartsWith("shut", await fixture.ShutAsync(machine, "tcp 203.0.113.10 80"), StringComparison.Ordinal);
        Assert.Null(await ReadAsync(machine));
        await fixture.Platform.ApplyAsync(machine, Listed, CancellationToken.None);
        Assert.True(Listed.IsSameAs(await ReadAsync(machine)));
    }

    [MachineFact]
    public async Task NothingIsLeftOfTheNetworkOfAMachineThatGoes()
    {
        var machine = await fixture.StartAsync(Open with { AllowInterVm = true });
        var paths = fixture.PathsOf(machine);
        var resolver = HostProcess.Read(paths.ResolverRun)!;

        await fixture.Platform.StopAsync(machine, TimeSpan.FromSeconds(20), CancellationToken.None);
        Assert.False(File.Exists(paths.Gateway));
        Assert.False(resolver.IsAlive());
        Assert.Null(await ReadAsync(machine));

        await fixture.Platform.RemoveAsync(machine, CancellationToken.None);
        Assert.DoesNotContain(Directory.GetFiles("/run/netns"), file => file.Contains(machine.Spec.Id, StringComparison.Ordinal));
        Assert.Empty(Directory.Exists("/run/agentworks-hubs") ? Directory.GetFiles("/run/agentworks-hubs", machine.Spec.Id, SearchOption.AllDirectories) : []);
    }

    private Task<NetworkRules?> ReadAsync(PlatformMachine machine) => fixture.Platform.ReadAsync(machine, CancellationToken.None);

    private static async Task NftAsync(NspawnPaths paths, string command)
    {
        var result = await new ProcessRunner().RunAsync("nsenter", ["--net=" + paths.Gateway, "nft", .. command.Split(' ')], new ProcessOptions(), CancellationToken.None);
        Assert.True(result.Succeeded, result.Error);
    }

    /// <summary>This computer, with one program less.</summary>
    private sealed class LackingProgram(string absent) : IProcessRunner
    {
        private readonly ProcessRunner processes = new();

        public string? Find(string program) => program == absent ? null : processes.Find(program);

        public Task<ProcessResult> RunAsync(string fileName, IReadOnlyList<string> arguments, ProcessOptions? options, CancellationToken cancellationToken) =>
            processes.RunAsync(fileName, arguments, options, cancellationToken);
    }
}
