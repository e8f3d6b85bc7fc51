using System.Globalization;
using Agentworks.Platforms;
using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd.Network;

/// <summary>Root of a machine tries to get out in every way that we know of, under each kind of rules.</summary>
[Collection("gateway")]
public sealed class EgressProbeTests(GatewayFixture fixture) : IAsyncLifetime
{
    private static readonly NetworkRules Open = new() { AllowInternet = true };

    private static readonly NetworkRules Listed = new()
    {
        AllowInternet = true,
        AllowedHosts = ["good.example", "*.below.example", "rebind.example", "203.0.113.10", "198.51.100.0/25", "10.20.30.0/24"],
    };

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => fixture.ClearAsync();

    [MachineFact]
    public async Task ClosedNothingGetsOut()
    {
        var machine = await fixture.StartAsync(NetworkRules.Closed, "closed");
        // A way out that is there and should not be: the rules alone must hold then.
        await fixture.Internet.ConnectAsync(fixture.PathsOf(machine), null!, CancellationToken.None);

        await CheckAsync(machine, _ => false);

        var (packets, types) = await fixture.Internet.SeenAsync(fixture.PathsOf(machine));
        Assert.Empty(packets);
        Assert.DoesNotContain(types, type => type != "arp");
    }

    [MachineFact]
    public async Task ListedOnlyWhatIsOnTheListGetsOut()
    {
        fixture.Internet.Questions.Clear();
        var machine = await fixture.StartAsync(Listed, "listed");

        await CheckAsync(machine, probe => probe.Kind is Reach.Listed);

        var (packets, types) = await fixture.Internet.SeenAsync(fixture.PathsOf(machine));
        Assert.All(packets, packet => Assert.Matches(@"^198\.18\.\d+\.100 (203\.0\.113\.(10|20|99)|198\.51\.100\.\d+|10\.20\.30\.\d+|198\.18\.255\.53) ", packet));
        Assert.All(packets, packet => Assert.True(!packet.Contains("198.51.100.", StringComparison.Ordinal) || int.Parse(packet.Split(' ')[1].Split('.')[3], CultureInfo.InvariantCulture) < 128, packet));
        Assert.DoesNotContain(types, type => type is not ("arp" or "ip"));
        Assert.DoesNotContain(fixture.Internet.Questions, question => !(question is "good.example" or "rebind.example" || question.EndsWith(".below.example", StringComparison.Ordinal)));
    }

    [MachineFact]
    public async Task OpenTheInternetIsReachedAndNothingElse()
    {
        var machine = await fixture.StartAsync(Open, "open");

        await CheckAsync(machine, probe => probe.Kind is Reach.Listed or Reach.Internet or Reach.OpenName && !probe.Text.Contains(" 10.", StringComparison.Ordinal));

        var (packets, types) = await fixture.Internet.SeenAsync(fixture.PathsOf(machine));
        Assert.All(packets, packet => Assert.Matches(@"^198\.18\.\d+\.100 (203\.0\.113\.\d+|198\.51\.100\.\d+|198\.18\.255\.53) ", packet));
        Assert.DoesNotContain(types, type => type is not ("arp" or "ip"));
    }

    private async Task CheckAsync(PlatformMachine machine, Func<Probe, bool> reached)
    {
        var other = await fixture.StartAsync(Open with { AllowInterVm = true }, "other");
        var probes = Probes(fixture.AddressOf(other)).ToList();
        Assert.True(probes.Count >= 200, $"{probes.Count} probes");

        var answers = await fixture.ProbeAsync(machine, [.. probes.Select(probe => (probe.Text, probe.Kind != Reach.Unanswered && reached(probe)))]);

        var wrong = probes.Zip(answers)
            .Where(pair => pair.First.Kind == Reach.Unanswered ? pair.Second == "lost" : pair.Second.StartsWith("open", StringComparison.Ordinal) != reached(pair.First))
            .Select(pair => $"{pair.First.Text} ({pair.First.Kind}): {pair.Second}")
            .ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static IEnumerable<Probe> Probes(string other)
    {
        int[] ports = [1, 22, 53, 80, 123, 443, 853, 5353, 8080, 65535];
        foreach (var port in ports)
        {
            yield return new(Reach.Listed, $"tcp 203.0.113.10 {port}");
            yield return new(Reach.Listed, $"udp 203.0.113.10 {port}");
            yield return new(Reach.Listed, $"tcp 198.51.100.{port % 120} {port}");
            yield return new(Reach.Internet, $"tcp 203.0.113.11 {port}");
            yield return new(Reach.Internet, $"udp 203.0.113.11 {port}");
            yield return new(Reach.Internet, $"tcp 198.51.100.{128 + (port % 120)} {port}");
        }

        yield return new(Reach.Listed, "icmp 203.0.113.10");
        yield return new(Reach.Listed, "icmp 198.51.100.127");
        yield return new(Reach.Internet, "icmp 203.0.113.11");
        yield return new(Reach.Internet, "icmp 198.51.100.128");
        foreach (var address in new[] { "10.20.30.1", "10.20.30.255" })
        {
            yield return new(Reach.Listed, $"tcp {address} 80");
            yield return new(Reach.Listed, $"udp {address} 80");
        }

        // The operator's networks, this computer, the link, groups, and what is nobody's.
        string[] never =
        [
            "10.0.0.1", "10.20.29.255", "10.20.31.0", "10.0.2.2", "10.0.2.3", "172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.77.7", "100.64.0.1", "100.100.100.200",
            "169.254.169.254", "169.254.170.2", "169.254.0.1", "127.1.2.3", "198.18.0.2", "198.18.0.3", "198.18.1.2", "198.18.1.100", "198.19.0.2", "198.19.0.3", other, "240.0.0.1", "192.0.0.1",
        ];
        foreach (var address in never.Concat(OwnAddresses()))
        {
            yield return new(Reach.Nothing, $"tcp {address} 80");
            yield return new(Reach.Nothing, $"udp {address} 80");
            yield return new(address.StartsWith("127.", StringComparison.Ordinal) ? Reach.Unanswered : Reach.Nothing, $"icmp {address}");
        }

        foreach (var address in new[] { "224.0.0.1", "224.0.0.251", "239.255.255.250", "255.255.255.255" })
        {
            yield return new(Reach.Nothing, $"udp {address} 1900");
        }

        // The gateway itself: nothing but its resolver.
        foreach (var port in new[] { 7, 22, 67, 80, 443, 853, 5353 })
        {
            yield return new(Reach.Nothing, $"tcp 198.19.0.1 {port}");
            yield return new(Reach.Nothing, $"udp 198.19.0.1 {port}");
        }

        yield return new(Reach.Nothing, "icmp 198.19.0.1");

        // Names: allowed ones; others, with words for whoever answers for them; and past the resolver.
        yield return new(Reach.Listed, "name good.example 443");
        yield return new(Reach.Listed, "name a.below.example 443");
        yield return new(Reach.Listed, "name b.c.below.example 80");
        yield return new(Reach.Listed, "dns 198.19.0.1 good.example");
        yield return new(Reach.Listed, "dns 198.19.0.1 good.example 1 tcp");
        yield return new(Reach.OpenName, "name other.example 443");
        yield return new(Reach.OpenName, "dns 198.19.0.1 below.example");
        yield return new(Reach.OpenName, "dns 198.19.0.1 secret.good.example");
        yield return new(Reach.OpenName, "dns 198.19.0.1 c2VjcmV0.c2VjcmV0.tunnel.example");
        yield return new(Reach.OpenName, "dns 198.19.0.1 c2VjcmV0.tunnel.example 1 tcp");
        yield return new(Reach.Unanswered, "dns 198.19.0.1 c2VjcmV0.tunnel.example 16");
        yield return new(Reach.Unanswered, "dns 198.19.0.1 c2VjcmV0.tunnel.example 10");
        yield return new(Reach.OpenName, "dns 198.19.0.1 notgood.example");
        yield return new(Reach.OpenName, "dns 198.19.0.1 good.example.evil.example");
        yield return new(Reach.Nothing, "name rebind.example 80");
        yield return new(Reach.Nothing, "dns 198.18.255.53 good.example");
        yield return new(Reach.Nothing, "dns 198.18.255.53 good.example 1 tcp");
        yield return new(Reach.Nothing, "dns 169.254.169.253 good.example");
        yield return new(Reach.Nothing, "dns 192.168.0.1 good.example");

        // IPv6, of which there is none: global, the link's, all routers, all nodes.
        foreach (var address in new[] { "2001:db8::1", "fd00::2", "fe80::1%eth0", "fe80::fc:ff:fe00:1%eth0", "ff02::1%eth0", "ff02::2%eth0", "64:ff9b::cb00:710a", "::ffff:203.0.113.10", "2002:cb00:710a::1" })
        {
            var kind = address.StartsWith("::ffff", StringComparison.Ordinal) ? Reach.Listed : Reach.Nothing;
            yield return new(kind, $"tcp6 {address} 80");
            yield return new(kind, $"udp6 {address} 53");
            
            // The machine itself is one of all nodes and hears its own voice.
            yield return new(address.StartsWith("ff02::1%", StringComparison.Ordinal) ? Reach.Unanswered : Reach.Nothing, $"icmp6 {(kind == Reach.Nothing ? address : "ff02::2%eth0")}");
        }

        // Under others' addresses and other protocols.
        foreach (var from in new[] { "203.0.113.10", "198.19.0.1", "198.18.1.100", "198.18.255.53", other, "127.0.0.1", "10.20.30.1", "0.0.0.0", "255.255.255.255" })
        {
            yield return new(Reach.Unanswered, $"spoof {from} 203.0.113.77 17");
            yield return new(Reach.Unanswered, $"spoof {from} 203.0.113.10 1");
            yield return new(Reach.Unanswered, $"spoof {from} 198.18.255.53 17");
        }

        foreach (var protocol in new[] { 2, 4, 41, 47, 50, 51, 58, 89, 103, 112, 132, 136, 253 })
        {
            yield return new(Reach.Unanswered, $"proto 192.168.0.77 {protocol}");
        }

        // Frames: somebody else's card, others' answers to ARP, router advertisements, VLANs, spanning tree, and made-up types.
        var arp = "0001080006040002" + "026167000001" + "c6130001" + "026167010101" + "c6130101";
        yield return new(Reach.Unanswered, $"frame own gateway 0806 {arp}");
        yield return new(Reach.Unanswered, $"frame 02:61:67:00:00:01 ff:ff:ff:ff:ff:ff 0806 {arp}");
        yield return new(Reach.Unanswered, $"frame 02:00:00:00:00:99 gateway 0800 4500001c00000000401100000a00000ac0a84d4d0035003500080000");
        yield return new(Reach.Unanswered, "frame own 33:33:00:00:00:01 86dd 6000000000103afffe80000000000000000000000000000aff02000000000000000000000000000186000000400007080000000000000000");
        yield return new(Reach.Unanswered, "frame own gateway 8100 00010800450000");
        yield return new(Reach.Unanswered, "frame own 01:80:c2:00:00:00 0027 424203000000");
        yield return new(Reach.Unanswered, "frame own gateway 88b5 deadbeef");
        yield return new(Reach.Unanswered, "frame own gateway 8863 1109");
        yield return new(Reach.Unanswered, "frame own ff:ff:ff:ff:ff:ff 88cc 0207");
    }

    private static IEnumerable<string> OwnAddresses() =>
        System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces().SelectMany(i => i.GetIPProperties().UnicastAddresses)
            .Select(a => a.Address).Where(a => a.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork && !System.Net.IPAddress.IsLoopback(a)).Select(a => a.ToString());

    private enum Reach
    {
        Nothing,
        Listed,
        Internet,

        /// <summary>A question that is answered where the whole internet is allowed.</summary>
        OpenName,

        /// <summary>No answer can be told from none; what the fake internet saw tells.</summary>
        Unanswered,
    }

    private sealed record Probe(Reach Kind, string Text);
}
