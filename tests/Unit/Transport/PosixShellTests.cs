using Agentworks.Errors;
using Agentworks.Transport;

namespace Agentworks.Tests.Unit.Transport;

public sealed class PosixShellTests
{
    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("it's")]
    [InlineData("'''")]
    [InlineData("$(x) `y` \"z\" \\ \n *")]
    public void A_quoted_text_reads_back_by_the_shells_rules(string text) => Assert.Equal(text, Unquote(PosixShell.Quote(text)));

    [Fact]
    public void Words_stay_apart() => Assert.Equal("'a b' 'c' ''", PosixShell.QuoteAll(["a b", "c", string.Empty]));

    [Fact]
    public void A_zero_byte_is_refused() => Assert.Throws<InvalidRequestException>(() => PosixShell.Quote("a\0b"));

    // Inside single quotes everything is itself; outside, a backslash takes the next character literally and nothing else may stand.
    private static string Unquote(string word)
    {
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < word.Length; i++)
        {
            if (word[i] == '\'')
            {
                var end = word.IndexOf('\'', i + 1);
                text.Append(word, i + 1, end - i - 1);
                i = end;
            }
            else
            {
                Assert.Equal('\\', word[i]);
                text.Append(word[++i]);
            }
        }

        return text.ToString();
    }
}
