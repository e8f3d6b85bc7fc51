using Agentworks.Model;

namespace Agentworks.Tests.Unit.Model;

public sealed class TerminalTextTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("plain text, tab\tand\nlines\r\nof it", "plain text, tab\tand\nlines\r\nof it")]
    [InlineData("żółć € 漢字 😀", "żółć € 漢字 😀")]
    [InlineData("\u001b[2J", "^[[2J")]
    [InlineData("\u001b]0;title\a", "^[]0;title^G")]
    [InlineData("\u009b31m", "\\u009b31m")]
    [InlineData("over\rwritten", "over^Mwritten")]
    [InlineData("end\r", "end^M")]
    [InlineData("\0\b\u007f", "^@^H^?")]
    [InlineData("user\u202etxt.exe\u2066\u200f", "user\\u202etxt.exe\\u2066\\u200f")]
    public void Text_keeps_its_lines_and_loses_what_drives_a_terminal(string? text, string expected) =>
        Assert.Equal(expected, TerminalText.Escape(text));

    [Theory]
    [InlineData("a\nb\tc", "a^Jb^Ic")]
    [InlineData("a\r\nb", "a^M^Jb")]
    [InlineData("a\u2028b", "a\\u2028b")]
    public void A_line_stays_one_line(string text, string expected) => Assert.Equal(expected, TerminalText.EscapeLine(text));

    [Fact]
    public void No_character_at_all_drives_the_terminal()
    {
        var all = string.Concat(Enumerable.Range(0, 0x3000).Select(c => (char)c));
        Assert.DoesNotContain(TerminalText.EscapeLine(all), char.IsControl);
        Assert.All(TerminalText.Escape(all).Where(char.IsControl), c => Assert.True(c is '\n' or '\t'));
    }
}
