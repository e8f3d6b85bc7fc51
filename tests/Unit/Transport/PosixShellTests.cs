using Agentworks.Errors;
using Agentworks.Transport;

namespace Agentworks.Tests.Unit.Transport;

public sealed class PosixShellTests
{
    [Theory]
    [InlineData("", "''")]
    [InlineData("/run/netns/agw-1", "'/run/netns/agw-1'")]
    [InlineData("with space", "'with space'")]
    [InlineData("it's", @"'it'\''s'")]
    [InlineData("$(x) `y` \\ *", "'$(x) `y` \\ *'")]
    public void A_word_means_exactly_itself(string word, string expected) => Assert.Equal(expected, PosixShell.Quote(word));

    [Fact]
    public void What_no_argument_can_hold_is_refused() => Assert.Throws<InvalidRequestException>(() => PosixShell.Quote("a\0b"));
}
