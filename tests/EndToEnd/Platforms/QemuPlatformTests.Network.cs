using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Platforms;
using Agentworks.Platforms.Qemu;
using Agentworks.Ports;
using Agentworks.Tests.EndToEnd.Network;

namespace Agentworks.Tests.EndToEnd.Platforms;

/// <summary>What the machine gets out of its rules, in a fake internet that sees all that comes.</summary>
public sealed partial class QemuPlatformTests
{
    private static readonly NetworkRules Listed = new NetworkRules
    {
        AllowInternet = true,
        AllowedHosts = ["good.example", "*.below.example", "rebind.example", "203.0.113.10", "198.51.100.0/25", "10.20.30.0/24"],
    }.Normalize();

    private static readonly (string Probe, bool Listed, bool Open)[] Probes =
    [
        ("tcp 203.0.113.10 80", true, true), ("udp 203.0.113.10 443", true, true), ("tcp 198.51.100.7 22", true, true), ("tcp 10.20.30.4 80", true, false),
        ("tcp 203.0.113.11 80", false, true), ("udp 203.0.113.11 53", false, true), ("tcp 198.51.100.200 443", false, true),
        ("name good.example 443", true, true), ("name a.below.example 443", true, true), ("dns 10.0.2.3 good.example", true, true),
        ("name other.example 443", false, true), ("dns 10.0.2.3 below.example", false, true), ("dns 10.0.2.3 secret.good.example", false, true),
        ("dns 10.0.2.3 c2VjcmV0.tunnel.example", false, true), ("dns 10.0.2.3 c2VjcmV0.tunnel.example 1 tcp", false, true), ("dns 10.0.2.3 good.example.evil.example", false, true),
        ("name rebind.example 80", false, false),
        ("tcp 10.20.29.255 80", false, false), ("tcp 10.0.2.2 80", false, false), ("tcp 10.0.2.3 80", false, false), ("udp 10.0.2.3 54", false, false),
        ("tcp 172.16.0.1 80", false, false), ("tcp 192.168.77.7 80", false, false), ("tcp 100.64.0.1 80", false, false),
        ("tcp 169.254.169.254 80", false, false), ("udp 169.254.169.254 80", false, false), ("tcp 198.18.0.3 80", false, false), ("tcp 240.0.0.1 80", false, false),
        ("tcp 10.0.3.2 80", false, false), ("tcp 10.0.3.3 80", false, false), ("tcp6 2001:db8::1 80", false, false), ("udp6 64:ff9b::cb00:710a 53", false, false),
    ];

    [QemuFact(needsRoot: true)]
    public async Task NamesAreReachedWhenTheyAreAllowedAndNothingElse()
    {
        await using var internet = new FakeInternet();
        await internet.StartAsync();
        using var folder = new TemporaryFolder();
        var (slirp, link) = await internet.WriteSlirpAsync(folder.Path);
        var platform = new QemuPlatform(new StandIn(one.Processes, "slirp4netns", slirp), TimeProvider.System);
        await one.ReadAsync(one.Machine, $"cat > /root/probes.pl <<'PROBES'\n{await ProbeProgram.ReadAsync()}\nPROBES\nsync");
        try
        {
            await platform.ApplyAsync(one.Machine, Listed, CancellationToken.None);
            await ProbeAsync(p => p.Listed);
            Assert.True(Listed.IsSameAs(await platform.ReadAsync(one.Machine, CancellationToken.None)));
            await CheckSeenAsync();

            // Rules are there from the first instant of the next start too.
            await platform.StopAsync(one.Machine, TimeSpan.Zero, CancellationToken.None);
            await platform.StartAsync(one.Machine with { Spec = one.Machine.Spec with { Network = Listed } }, NullEventSink.Instance, CancellationToken.None);
            Assert.True(Listed.IsSameAs(await platform.ReadAsync(one.Machine, CancellationToken.None)));
            await ProbeAsync(p => p.Listed);
            await CheckSeenAsync();

            // Without the resolver no name leads anywhere, and that is seen.
            HostProcess.Read(one.Layout.For(one.Machine.Spec.Id).ResolverRun)!.Signal(HostProcess.Kill);
            await Support.Eventually.BecomesAsync(async () => !Listed.IsSameAs(await platform.ReadAsync(one.Machine, CancellationToken.None)), "its end is seen");
            Assert.StartsWith("shut", (await TryAsync([("dns 10.0.2.3 good.example", false)]))[0], StringComparison.Ordinal);
            await platform.ApplyAsync(one.Machine, Listed, CancellationToken.None);
            Assert.StartsWith("open", (await TryAsync([("name good.example 80", true)]))[0], StringComparison.Ordinal);

            // A name that is allowed no more is reached no more, by its address neither.
            var other = Listed with { AllowedHosts = ["late.example"] };
            await platform.ApplyAsync(one.Machine, other, CancellationToken.None);
            Assert.Equal(["open", "shut", "shut"], (await TryAsync([("name late.example 80", true), ("dns 10.0.2.3 good.example", false), ("tcp 203.0.113.20 443", false)])).Select(a => a[..4]));

            await platform.ApplyAsync(one.Machine, NetworkRules.Closed with { AllowInternet = true }, CancellationToken.None);
            await ProbeAsync(p => p.Open);

            // What others changed is not what was given.
            await one.Processes.RunAsync("nsenter", ["--user", "--net", "--target", $"{one.Qemu(one.Machine).Pid}", "nft", "add rule inet agentworks output accept"], null, CancellationToken.None);
            Assert.Null(await platform.ReadAsync(one.Machine, CancellationToken.None));
        }
        finally
        {
            await platform.ApplyAsync(one.Machine, NetworkRules.Closed, CancellationToken.None);
        }

        Assert.All(await TryAsync([("tcp 203.0.113.10 80", false), ("dns 10.0.2.3 good.example", false)]), answer => Assert.StartsWith("shut", answer, StringComparison.Ordinal));

        async Task ProbeAsync(Func<(string Probe, bool Listed, bool Open), bool> reached)
        {
            var answers = await TryAsync([.. Probes.Select(p => (p.Probe, reached(p)))]);
            Assert.Equal(Probes.Select(p => $"{p.Probe}: {(reached(p) ? "open" : "shut")}"), Probes.Zip(answers, (p, answer) => $"{p.Probe}: {answer[..4]}"));
        }

        async Task CheckSeenAsync()
        {
            var (packets, _) = await internet.SeenAsync(link);
            Assert.All(packets, packet => Assert.Matches(@"^10\.0\.2\.100 (203\.0\.113\.(10|20|99)|198\.51\.100\.7|10\.20\.30\.4|10\.0\.2\.3) ", packet));
            Assert.DoesNotContain(internet.Questions, question => !(question is "good.example" or "rebind.example" || question.EndsWith(".below.example", StringComparison.Ordinal)));
        }
    }

    [QemuFact]
    public async Task RulesThatCannotBeInForceLeaveNothingOpen()
    {
        var platform = new QemuPlatform(new StandIn(one.Processes, "dnsmasq", null), TimeProvider.System);
        await platform.ApplyAsync(one.Machine, NetworkRules.Closed with { AllowInternet = true }, CancellationToken.None);

        await Assert.ThrowsAsync<PrerequisiteMissingException>(() => platform.ApplyAsync(one.Machine, Listed, CancellationToken.None));

        Assert.False((await platform.ReadAsync(one.Machine, CancellationToken.None))!.AllowInternet);
        Assert.Null(HostProcess.Read(one.Layout.For(one.Machine.Spec.Id).UplinkRun));
        await platform.ApplyAsync(one.Machine, NetworkRules.Closed, CancellationToken.None);
    }

    private async Task<IReadOnlyList<string>> TryAsync(IReadOnlyList<(string Text, bool Open)> probes)
    {
        var answers = await one.ReadAsync(one.Machine, $"RESOLVER=10.0.2.3 perl /root/probes.pl <<'PROBES'\n{ProbeProgram.Input(probes, shutSeconds: 5)}PROBES\n");
        return ProbeProgram.Answers(answers, probes.Count);
    }
}
