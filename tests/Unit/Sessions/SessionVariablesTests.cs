using Agentworks.Errors;
using Agentworks.Sessions;

namespace Agentworks.Tests.Unit.Sessions;

public sealed class SessionVariablesTests
{
    [Theory]
    [InlineData("API_KEY")]
    [InlineData("_x")]
    [InlineData("a1")]
    public void ProperNamesPass(string name) => SessionVariables.Validate([name]);

    [Theory]
    [InlineData("")]
    [InlineData("1A")]
    [InlineData("A-B")]
    [InlineData("A B")]
    [InlineData("A;touch x")]
    [InlineData("A\nB")]
    [InlineData("Ä")]
    [InlineData("IFS")]
    [InlineData("BASH_ENV")]
    [InlineData("LD_PRELOAD")]
    public void OthersAreRefused(string name) => Assert.Throws<InvalidRequestException>(() => SessionVariables.Validate([name]));
}
