using Agentworks.Build.Help;

namespace Agentworks.Tests.Unit.Build;

public sealed class AboutTopicTests
{
    [Fact]
    public void Text_is_wrapped_and_code_is_not()
    {
        var words = string.Join(' ', Enumerable.Repeat("word", 60));
        var code = "Get-AgwThing " + new string('x', 100);

        var lines = AboutWriter.Write($"# about_Things\n\n## NAMES\n\n{words}\n\n- {words}\n\n```powershell\n{code}\n```\n").Split('\n');

        Assert.Equal(code, Assert.Single(lines, line => line.Length > 80).Trim());
        Assert.Equal(120, string.Join(' ', lines).Split(' ').Count(word => word == "word"));
    }

    [Fact]
    public void A_list_item_goes_on_under_its_text()
    {
        var words = string.Join(' ', Enumerable.Repeat("word", 30));

        var lines = AboutWriter.Write($"- {words}\n").Split('\n');

        Assert.StartsWith("    - word", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("      word", lines[1], StringComparison.Ordinal);
    }
}
