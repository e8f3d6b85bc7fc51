using Agentworks.Errors;
using Agentworks.Platforms;
using Agentworks.Platforms.Ssh;

namespace Agentworks.Tests.Unit.Platforms;

public sealed class SshPartsTests
{
    [Fact]
    public void OptionsAreReadWithTheirTypes()
    {
        var options = SshOptions.From(Spec(("host", "box.example"), ("port", "2222"), ("user", "root"), ("key", "/k e y"), ("accept-new", "true")));

        Assert.Equal(new SshOptions("box.example", 2222, "root", "/k e y", AcceptNew: true), options);
        Assert.Equal(new SshOptions("box", null, null, null, AcceptNew: false), SshOptions.From(Spec(("host", "box"))));
    }

    [Theory]
    [InlineData("host", "-oProxyCommand=evil")]
    [InlineData("host", "a b")]
    [InlineData("host", "")]
    [InlineData("host", "root@box")]
    [InlineData("host", "a\nb")]
    [InlineData("host", "$(x)")]
    [InlineData("user", "-x")]
    [InlineData("port", "0")]
    [InlineData("port", "65536")]
    [InlineData("port", "+22")]
    [InlineData("accept-new", "yes")]
    [InlineData("acept-new", "true")]
    public void WhatCannotBeIsRefused(string name, string value)
    {
        (string, string)[] options = name == "host" ? [(name, value)] : [("host", "box"), (name, value)];

        Assert.Throws<InvalidRequestException>(() => SshOptions.From(Spec(options)));
    }

    [Fact]
    public void TheHostIsNeeded() => Assert.Throws<InvalidRequestException>(() => SshOptions.From(Spec()));

    [Fact]
    public void AnAddressIsWhatSshMakesOfTheOperatorsConfiguration()
    {
        var address = SshAddress.Parse(
            "host box\nuser me\nhostname 10.0.0.5\nport 2222\nproxyjump gate\nuserknownhostsfile ~/.ssh/known_hosts /two\nglobalknownhostsfile /etc/ssh/ssh_known_hosts\n");

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Assert.Equal(("10.0.0.5", 2222, true, null), (address.HostName, address.Port, address.Proxied, address.HostKeyAlias));
        Assert.Equal([Path.Combine(home, ".ssh/known_hosts"), "/two", "/etc/ssh/ssh_known_hosts"], address.KnownHosts);
        var again = SshAddress.FromJson(address.ToJson())!;
        Assert.Equal(address.KnownHosts, again.KnownHosts);
        Assert.Equal(address, again with { KnownHosts = address.KnownHosts });
        Assert.Null(SshAddress.FromJson("{}"));
    }

    [Fact]
    public void KeysAreReadWithoutMarkersAndRevokedOnesCountForNothing()
    {
        const string Lines = """
            # Host box found: line 1
            box,10.0.0.5 ssh-ed25519 AAAA1 a comment
            |1|salt|hash ssh-rsa AAAA2
            @cert-authority *.example ssh-rsa AAAA3
            @revoked box ssh-rsa AAAA2
            box ssh-ed25519 AAAA1
            """;

        Assert.Equal(["ssh-ed25519 AAAA1"], SshHostKeys.Parse(Lines));
    }

    private static MachineSpec Spec(params (string Name, string Value)[] options) => new()
    {
        Id = "m", Name = "m", HostName = "m", OwnerTag = "t", WorkspacesPath = "/w",
        Options = options.ToDictionary(o => o.Name, o => o.Value, StringComparer.Ordinal),
    };
}
