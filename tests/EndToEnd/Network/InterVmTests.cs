using Agentworks.Platforms;
using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd.Network;

[Collection("gateway")]
public sealed class InterVmTests(GatewayFixture fixture) : IAsyncLifetime
{
    private const string Serve = """
        systemd-run --quiet --collect perl -e 'use Socket; use Errno; my $w=""; my @l; for my $p (8080, 9090) {
          socket(my $t, PF_INET, SOCK_STREAM, 0); setsockopt($t, SOL_SOCKET, SO_REUSEADDR, 1); bind($t, pack_sockaddr_in($p, INADDR_ANY)) or die; listen($t, 50); push @l, $t;
          if (!fork) { while (accept(my $c, $t)) { if (!fork) { syswrite $c, "machine\n"; while (sysread $c, my $x, 999) { syswrite $c, $x } exit } } }
          socket(my $u, PF_INET, SOCK_DGRAM, 0); bind($u, pack_sockaddr_in($p, INADDR_ANY)) or die;
          if (!fork) { while (my $f = recv($u, my $x, 999, 0)) { send($u, $x, 0, $f) } } } sleep 10000' ;
        until ss -lnt | grep -q :9090; do sleep 0.02; done
        """;

    private static readonly NetworkRules Meeting = new() { AllowInterVm = true };

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => fixture.ClearAsync();

    [MachineFact]
    public async Task MachinesThatBothAllowItReachOneAnotherAndNoOthers()
    {
        var one = await fixture.StartAsync(Meeting, "one");
        var two = await fixture.StartAsync(Meeting with { AllowedPorts = [8080] }, "two");
        var apart = await fixture.StartAsync(new NetworkRules { AllowInternet = true }, "apart");
        foreach (var machine in new[] { one, two, apart })
        {
            await fixture.ReadAsync(machine, Serve);
        }

        var (a, b, c) = (fixture.AddressOf(one), fixture.AddressOf(two), fixture.AddressOf(apart));
        await CheckAsync(
            one,
            ($"tcp {b} 8080", true), ($"udp {b} 8080", true), ($"name {two.Spec.HostName} 8080", true), ($"tcp {b} 9090", false), ($"dns 198.19.0.1 {two.Spec.HostName}", true), ($"udp {b} 9090", false), ($"icmp {b}", false),
            ($"tcp {b} 22", false), ($"name {one.Spec.HostName} 22", true), ($"dns 198.19.0.1 {apart.Spec.HostName}", false));
        await CheckAsync(two, ($"tcp {a} 9090", true), ($"udp {a} 9090", true), ($"icmp {a}", true), ($"name {one.Spec.HostName} 8080", true));
        await CheckAsync(apart, ($"tcp {a} 8080", false), ($"tcp {b} 8080", false), ($"udp {a} 9090", false), ($"icmp {b}", false));
        await CheckAsync(one, ($"tcp {c} 8080", false), ($"udp {c} 9090", false), ($"icmp {c}", false), ("tcp 203.0.113.10 80", false));

        // Under a third one's address nothing is believed, and one machine is no way to another.
        await fixture.ShellAsync(one, $"ip addr add {c}/32 dev eth0");
        await CheckAsync(one, ($"tcp {c} 9091", false), ("tcp 198.19.0.2 80", false));
    }

    [MachineFact]
    public async Task WhatIsNotAllowedAnyMoreBetweenMachinesIsCut()
    {
        var one = await fixture.StartAsync(Meeting, "one");
        var two = await fixture.StartAsync(Meeting, "two");
        await fixture.ReadAsync(two, Serve);
        var b = fixture.AddressOf(two);
        await using var kept = await Conversation.BeginAsync(fixture, one, "tcp", b, 8080);
        await using var cut = await Conversation.BeginAsync(fixture, one, "tcp", b, 9090);
        Assert.Equal("heard machine", await kept.HearAsync());
        Assert.Equal("heard machine", await cut.HearAsync());

        await fixture.Platform.ApplyAsync(two, Meeting with { AllowedPorts = [8080] }, CancellationToken.None);
        await cut.SayAsync("more", mayBeCut: true);
        Assert.StartsWith("cut", await cut.HearAsync(), StringComparison.Ordinal);
        await kept.SayAsync("more");
        Assert.Equal("heard more", await kept.HearAsync());

        await fixture.Platform.ApplyAsync(two, NetworkRules.Closed, CancellationToken.None);
        await CheckAsync(one, ($"tcp {b} 8080", false), ($"dns 198.19.0.1 {two.Spec.HostName}", false));
        Assert.True(NetworkRules.Closed.IsSameAs(await fixture.Platform.ReadAsync(two, CancellationToken.None)));

        await fixture.Platform.ApplyAsync(two, Meeting, CancellationToken.None);
        await CheckAsync(one, ($"tcp {b} 9090", true), ($"name {two.Spec.HostName} 8080", true));
    }

    private async Task CheckAsync(PlatformMachine machine, params (string Text, bool Open)[] probes)
    {
        var answers = await fixture.ProbeAsync(machine, probes);
        Assert.Equal(probes, probes.Zip(answers, (probe, answer) => (probe.Text, answer.StartsWith("open", StringComparison.Ordinal))));
    }
}
