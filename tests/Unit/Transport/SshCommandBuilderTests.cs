using Agentworks.Errors;
using Agentworks.Transport;

namespace Agentworks.Tests.Unit.Transport;

public sealed class SshCommandBuilderTests
{
    private static readonly SshCommandBuilder Ssh = new("/home/op/known_hosts");

    [Theory]
    [InlineData("-oProxyCommand=id", "vm-1", "root")]
    [InlineData("", "vm-1", "root")]
    [InlineData("a b", "vm-1", "root")]
    [InlineData("host\n", "vm-1", "root")]
    [InlineData("host", "-x", "root")]
    [InlineData("host", "vm-1", "-l")]
    [InlineData("host", "vm-1", "a\"b")]
    public void What_could_be_an_option_is_refused(string host, string alias, string user)
    {
        var endpoint = new SshEndpoint(host, 22, alias);

        Assert.Throws<InvalidRequestException>(() => Ssh.Channel(endpoint, "m", user, null, sudo: false));
        Assert.Throws<InvalidRequestException>(() => Ssh.Interactive(endpoint, user, null, []));
    }

    [Fact]
    public void The_host_comes_after_the_end_of_options_and_the_remote_line_is_one_argument()
    {
        var endpoint = new SshEndpoint("host", 22, "vm-1", "nc host 22", ["Compression=yes"]);

        var channel = Ssh.Channel(endpoint, "m", "root", "/key", sudo: true);
        var interactive = Ssh.Interactive(endpoint, "root", "/key", ["echo", "a b"]);

        Assert.Equal(["--", "host"], channel.Arguments.TakeLast(2));
        Assert.Equal(["--", "host", "'echo' 'a b'"], interactive.Arguments.TakeLast(3));
        Assert.True(channel.Sudo);
        Assert.Contains("ProxyCommand=nc host 22", channel.Arguments);
        Assert.Contains("Compression=yes", channel.Arguments);
    }

    [Fact]
    public void An_unknown_host_key_is_trusted_only_when_asked_for()
    {
        var endpoint = new SshEndpoint("host", 22, "vm-1");

        Assert.Contains("StrictHostKeyChecking=yes", Ssh.Channel(endpoint, "m", null, null, sudo: false).Arguments);
        Assert.Contains("StrictHostKeyChecking=accept-new", Ssh.Channel(endpoint, "m", null, null, sudo: false, acceptNewHostKey: true).Arguments);
        Assert.Contains("StrictHostKeyChecking=yes", Ssh.Interactive(endpoint, null, null, []).Arguments);
    }
}
