using Agentworks.Errors;
using Agentworks.PortForwards;

namespace Agentworks.Tests.Unit.PortForwards;

public sealed class PortForwardSpecTests
{
    [Theory]
    [InlineData("3000", null, 3000)]
    [InlineData("8080:80", 8080, 80)]
    [InlineData("1:65535", 1, 65535)]
    public void A_spec_names_one_port_or_two(string text, int? local, int remote) =>
        Assert.Equal(new PortForwardSpec(local, remote), PortForwardSpec.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("-1")]
    [InlineData("+80")]
    [InlineData(" 80")]
    [InlineData("80:")]
    [InlineData(":80")]
    [InlineData("80:0")]
    [InlineData("1:2:3")]
    [InlineData("http")]
    [InlineData("0x50")]
    [InlineData("99999999999999999999")]
    [InlineData("٣٠")]
    public void Anything_else_is_refused_and_named(string text) =>
        Assert.Equal(text, Assert.Throws<InvalidRequestException>(() => PortForwardSpec.Parse(text)).Target);
}
