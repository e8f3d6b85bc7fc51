using System.Text;
using System.Text.RegularExpressions;
using Agentworks.Files;

namespace Agentworks.Tests.Unit.Files;

public sealed class FilePatternTests
{
    [Theory]
    [InlineData("*.py", "a.py", true)]
    [InlineData("*.py", "a.PY", false)]
    [InlineData("*.py", "a.pyc", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "aüc", true)]
    [InlineData("a?c", "a🎈c", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[a-c]x", "dx", false)]
    [InlineData("[üx]", "ü", true)]
    [InlineData("`*", "*", true)]
    [InlineData("`*", "a", false)]
    [InlineData("a.b", "aXb", false)]
    [InlineData("$(x)|{}", "$(x)|{}", true)]
    [InlineData("[", "[", true)]
    [InlineData("*", "new\nline", true)]
    public void Wildcards_mean_what_they_mean_in_PowerShell(string pattern, string name, bool matches)
    {
        // As the machine sees it: bytes, one character each.
        var bytes = Encoding.Latin1.GetString(MachinePath.Encode(name));
        Assert.Equal(matches, Regex.IsMatch(bytes, FilePattern.ToExpression(pattern).Replace(@"\A", "^", StringComparison.Ordinal), RegexOptions.Singleline, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void An_expression_holds_nothing_of_the_text_but_as_numbers() =>
        Assert.Matches(@"^\\A(\\x[0-9a-f]{2})+\\z$", FilePattern.ToExpression("(?{ system 'x' })@ARGV$x".Replace("?", "`?", StringComparison.Ordinal)));

    [Theory]
    [InlineData("a*", true)]
    [InlineData("a`*", false)]
    [InlineData("plain", false)]
    [InlineData("[x]", true)]
    public void A_pattern_is_known(string text, bool expected) => Assert.Equal(expected, FilePattern.IsPattern(text));
}
