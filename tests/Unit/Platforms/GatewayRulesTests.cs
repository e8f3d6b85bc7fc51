using System.Net;
using Agentworks.Platforms;
using Agentworks.Platforms.Nspawn;

namespace Agentworks.Tests.Unit.Platforms;

public sealed class GatewayRulesTests
{
    private static readonly IPAddress Resolver = IPAddress.Parse("198.18.0.3");
    private static readonly NetworkRules Open = new() { AllowInternet = true };

    [Fact]
    public void ClosedNothingIsAccepted()
    {
        var rules = Of(NetworkRules.Closed);
        Assert.DoesNotContain(Lines(rules), line => line.EndsWith(" accept", StringComparison.Ordinal) && !line.StartsWith("oifname { vm0, hub0 }", StringComparison.Ordinal));
        Assert.Equal(3, Lines(rules).Count(line => line.EndsWith("policy drop;", StringComparison.Ordinal)));
        Assert.False(rules.NeedsResolver);
    }

    [Fact]
    public void TheInternetIsAllButWhatIsOursOrNobodys()
    {
        var line = Lines(Of(Open, "192.0.2.2", "10.1.1.1")).First(l => l.StartsWith("ip daddr !=", StringComparison.Ordinal));
        foreach (var network in new[] { "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "192.0.2.2/32" })
        {
            Assert.Contains(network, line, StringComparison.Ordinal);
        }

        // Networks that overlap are an error of nft.
        Assert.DoesNotContain("10.1.1.1", line, StringComparison.Ordinal);
    }

    [Fact]
    public void AListedNetworkDoesNotBringAlongWhatIsNeverReached()
    {
        var lines = Lines(Of(Open with { AllowedHosts = ["0.0.0.0/0", "10.9.9.9", "a.example"] }, "192.0.2.2")).ToList();
        var single = lines.FindIndex(l => l == "ip daddr { 10.9.9.9/32 } accept");
        var never = lines.FindIndex(l => l.StartsWith("ip daddr { 0.0.0.0/8", StringComparison.Ordinal) && l.Contains("192.0.2.2/32", StringComparison.Ordinal) && l.EndsWith("goto refuse", StringComparison.Ordinal));
        var network = lines.FindIndex(l => l == "ip daddr { 0.0.0.0/0 } accept");
        var name = lines.FindIndex(l => l.StartsWith("ip daddr @n_", StringComparison.Ordinal));
        Assert.True(single >= 0 && single < never && never < network && network < name, string.Join('\n', lines));
    }

    [Fact]
    public void NamesThatStayKeepTheirSetsAndOthersLoseThem()
    {
        var before = Of(Open with { AllowedHosts = ["a.example", "b.example"] });
        var text = Of(Open with { AllowedHosts = ["b.example"] }).Write(before.NameSets);
        Assert.StartsWith("add table inet agentworks\nflush table inet agentworks\n", text, StringComparison.Ordinal);
        Assert.Contains($"set {AllowedReach.SetOf("b.example")} {{", text, StringComparison.Ordinal);
        Assert.Contains($"delete set inet agentworks {AllowedReach.SetOf("a.example")}\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain($"delete set inet agentworks {AllowedReach.SetOf("b.example")}", text, StringComparison.Ordinal);
    }

    [Fact]
    public void PortsHoldForOthersAndForWhatIsAnsweredThem()
    {
        var lines = Lines(Of(NetworkRules.Closed with { AllowInterVm = true, AllowedPorts = [80, 443] })).ToList();
        Assert.Contains(lines, l => l.StartsWith("iifname hub0 oifname vm0", StringComparison.Ordinal) && l.EndsWith("th dport { 80, 443 } accept", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("iifname vm0 oifname hub0 ct direction reply", StringComparison.Ordinal) && l.EndsWith("th sport { 80, 443 } accept", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.Contains("up0", StringComparison.Ordinal) && l.EndsWith("accept", StringComparison.Ordinal) && !l.Contains("icmp", StringComparison.Ordinal));
    }

    [Fact]
    public void TheResolverAnswersWhatIsAllowed()
    {
        var text = ResolverConfig.Write(new NetworkRules { AllowInternet = true, AllowedHosts = ["a.example", "*.b.example", "c.example", "*.c.example", "192.0.2.0/24"] }, Resolver, "/names");
        var lines = text.Split('\n');
        Assert.Contains("server=/a.example/198.18.0.3", lines);
        Assert.Contains("local=/*.a.example/", lines);
        Assert.Contains("server=/*.b.example/198.18.0.3", lines);
        Assert.DoesNotContain("server=/b.example/198.18.0.3", lines);
        Assert.Contains("server=/c.example/198.18.0.3", lines);
        Assert.DoesNotContain("local=/*.c.example/", lines);
        Assert.DoesNotContain("server=198.18.0.3", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith("hostsdir", StringComparison.Ordinal));
        Assert.Contains("server=198.18.0.3", ResolverConfig.Write(Open, Resolver, "/names").Split('\n'));
        Assert.DoesNotContain("server=", ResolverConfig.Write(NetworkRules.Closed with { AllowInterVm = true }, Resolver, "/names"), StringComparison.Ordinal);
    }

    [Fact]
    public void EachAddressHasItsOwnCardAndPort()
    {
        Assert.Equal("198.19.2.1", new MachineAddress(513).Address.ToString());
        Assert.Equal("02:61:67:01:02:01", new MachineAddress(513).Mac);
        Assert.Equal("p513", new MachineAddress(513).Port);
        Assert.InRange(MachineAddress.Prefer("0123456789abcdef"), MachineAddress.First, MachineAddress.Last);
        Assert.Equal(MachineAddress.Prefer("x"), MachineAddress.Prefer("x"));
    }

    private static GatewayRules Of(NetworkRules rules, params string[] own) => new(rules.Normalize(), new MachineAddress(513), [.. own.Select(IPAddress.Parse)], Resolver);

    private static IEnumerable<string> Lines(GatewayRules rules) => rules.Write(null).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
