using Agentworks.Errors;
using Agentworks.Platforms;

namespace Agentworks.Tests.Unit.Platforms;

public sealed class NetworkRulesTests
{
    [Theory]
    [InlineData("example.org", "example.org")]
    [InlineData(" Example.ORG. ", "example.org")]
    [InlineData("*.example.org", "*.example.org")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("192.0.2.7/32", "192.0.2.7")]
    [InlineData("192.0.2.77/24", "192.0.2.0/24")]
    [InlineData("10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("my_host", "my_host")]
    public void AHostIsReadAndWrittenInOneForm(string given, string kept) => Assert.Equal(kept, AllowedHost.Parse(given).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("*.")]
    [InlineData("a*.example.org")]
    [InlineData("https://example.org")]
    [InlineData("example.org/path")]
    [InlineData("example.org:443")]
    [InlineData("2001:db8::1")]
    [InlineData("fe80::/10")]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.0/8")]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.0.0/16")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("0.0.0.0")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.4/33")]
    [InlineData("1.2.3.4.5")]
    [InlineData("999.1.1.1")]
    [InlineData("exa mple.org")]
    [InlineData("example.org\nserver=1.2.3.4")]
    [InlineData("-example.org")]
    [InlineData("a..b")]
    [InlineData("example.org/1.2.3.4")]
    public void WhatIsNoHostOrOutOfReachIsRefused(string given) => Assert.Throws<InvalidRequestException>(() => AllowedHost.Parse(given));

    [Theory]
    [InlineData("a.example b.example", "b.example c.example", "b.example")]
    [InlineData("a.example", "b.example", "nothing")]
    [InlineData("", "a.example", "a.example")]
    [InlineData("", "", "")]
    [InlineData("*.example", "a.example example *.b.example", "*.b.example a.example")]
    [InlineData("*.a.example", "*.b.example a.example", "nothing")]
    [InlineData("10.0.0.0/8", "10.1.0.0/16 10.2.3.4 192.0.2.0/24", "10.1.0.0/16 10.2.3.4")]
    [InlineData("10.1.0.0/16", "10.0.0.0/15 10.0.0.0/17 example", "10.1.0.0/16")]
    public void WhatTwoRulesBothAllowIsAllowedByEach(string one, string other, string both)
    {
        static NetworkRules Of(string hosts) => new NetworkRules { AllowInternet = true, AllowedHosts = hosts.Split(' ', StringSplitOptions.RemoveEmptyEntries) }.Normalize();
        var expected = both == "nothing" ? NetworkRules.Closed : Of(both);
        Assert.True(expected.IsSameAs(Of(one).Meet(Of(other))));
        Assert.True(expected.IsSameAs(Of(other).Meet(Of(one))));
    }

    [Fact]
    public void WhatOneRefusesBothRefuse()
    {
        var meeting = new NetworkRules { AllowInterVm = true, AllowedPorts = [80, 443] };
        Assert.True((meeting with { AllowedPorts = [443] }).IsSameAs(meeting.Meet(new NetworkRules { AllowInterVm = true, AllowInternet = true, AllowedPorts = [22, 443] })));
        Assert.True(meeting.IsSameAs(meeting.Meet(new NetworkRules { AllowInterVm = true })));
        Assert.False(meeting.Meet(new NetworkRules { AllowInterVm = true, AllowedPorts = [22] }).AllowInterVm);
        Assert.False(meeting.Meet(new NetworkRules { AllowInternet = true }).AllowInterVm);
    }

    [Fact]
    public void TheSameRulesAreTheSameHoweverTheyAreWritten()
    {
        var one = new NetworkRules { AllowInternet = true, AllowedHosts = ["B.example", "a.example", "a.example."], AllowedPorts = [443, 80, 80] }.Normalize();
        var other = new NetworkRules { AllowInternet = true, AllowedHosts = ["a.example", "b.example"], AllowedPorts = [80, 443] }.Normalize();
        Assert.True(one.IsSameAs(other));
        Assert.False(one.IsSameAs(other with { AllowInterVm = true }));
        Assert.False(one.IsSameAs(null));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65536)]
    public void APortIsOne(int port) => Assert.Throws<InvalidRequestException>(() => new NetworkRules { AllowedPorts = [port] }.Normalize());
}
