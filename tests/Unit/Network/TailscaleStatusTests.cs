using Agentworks.Network;

namespace Agentworks.Tests.Unit.Network;

public sealed class TailscaleStatusTests
{
    [Fact]
    public void A_running_node_has_its_address_name_and_tags()
    {
        var status = TailscaleStatus.Parse("""
            {"Version": "1.80.0-t1", "TUN": true, "BackendState": "Running", "AuthURL": "",
             "TailscaleIPs": ["100.64.0.9"],
             "Self": {"ID": "n1", "HostName": "dev", "DNSName": "dev.tail1234.ts.net.", "OS": "linux", "Online": true,
                      "TailscaleIPs": ["fd7a:115c:a1e0::1", "100.101.102.103"], "Tags": ["tag:agents"]},
             "Health": [], "Peer": {"k": {"DNSName": "other.", "TailscaleIPs": ["100.64.0.1"]}}, "MagicDNSSuffix": "tail1234.ts.net"}
            """);

        Assert.True(status.IsRunning);
        Assert.Equal("100.101.102.103", status.Address?.ToString());
        Assert.Equal("dev.tail1234.ts.net", status.DnsName);
        Assert.Equal(["tag:agents"], status.Tags);
    }

    [Theory]
    [InlineData("""{"BackendState": "NeedsLogin", "Self": null}""", "NeedsLogin")]
    [InlineData("""{"BackendState": "Stopped"}""", "Stopped")]
    [InlineData("""{"BackendState": "Running", "Self": {"TailscaleIPs": null, "DNSName": 5, "Tags": "tag:a"}}""", "Running")]
    [InlineData("""{"BackendState": "Running", "Self": []}""", "Running")]
    [InlineData("""{"BackendState": "Running", "Self": {"DNSName": "a b\u001b[31m", "TailscaleIPs": [1, {}, "100.64.0.1.evil", "-oProxyCommand=x"]}}""", "Running")]
    public void What_is_missing_or_no_sense_is_not_there(string json, string state)
    {
        var status = TailscaleStatus.Parse(json);

        Assert.Equal(state, status.BackendState);
        Assert.Null(status.Address);
        Assert.Null(status.DnsName);
        Assert.Empty(status.Tags);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("42")]
    [InlineData("""{"BackendState": 7}""")]
    [InlineData("""{"BackendState": ""}""")]
    [InlineData("""{"BackendState": "Run\u001b[2Jning"}""")]
    [InlineData("""{"BackendState": "Running" """)]
    [InlineData("failed to connect to local tailscaled; it doesn't appear to be running")]
    public void Rubbish_is_refused(string text) => Assert.Throws<FormatException>(() => TailscaleStatus.Parse(text));

    [Theory]
    [InlineData("100.64.0.0", true)]
    [InlineData("100.127.255.255", true)]
    [InlineData("100.63.255.255", false)]
    [InlineData("100.128.0.0", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("100.64.1", false)]
    [InlineData("0144.64.0.1", false)]
    [InlineData(" 100.64.0.1", false)]
    [InlineData("fd7a:115c:a1e0::1", false)]
    public void Only_addresses_of_a_tailnet_are_taken(string text, bool taken) => Assert.Equal(taken, TailscaleStatus.ToTailnet(text) is not null);
}
