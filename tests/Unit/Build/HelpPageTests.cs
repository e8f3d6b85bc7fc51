using Agentworks.Build.Help;

namespace Agentworks.Tests.Unit.Build;

public sealed class HelpPageTests
{
    private const string Whole = """
        # Get-AgwThing

        ## SYNOPSIS
        Gets `things`.

        ## DESCRIPTION
        One paragraph that goes on
        in a second line.

        - first
        - second

        ## EXAMPLES

        ### All of them
        ```powershell
        Get-AgwThing
        Get-AgwThing *
        ```

        They come out.

        ```
        Name
        ----
        ```

        ### One
        ```powershell
        Get-AgwThing web
        ```

        ## PARAMETERS

        ### -Name
        Which.

        ## INPUTS

        ### String
        Names.

        ## OUTPUTS

        ### AgwThing
        The thing.

        ## RELATED LINKS

        - [New-AgwThing](New-AgwThing.md)
        - [The site](https://example.org/things)
        """;

    private static readonly Cmdlet GetThing = new()
    {
        Verb = "Get",
        Noun = "AgwThing",
        Sets = [Cmdlet.AllSets],
        ShouldProcess = false,
        Parameters = [Parameter("Name")],
    };

    [Fact]
    public void Text_is_read_without_marks_and_paragraph_by_paragraph()
    {
        var page = Read(Whole);

        Assert.Equal("Gets things.", page.Synopsis);
        Assert.Equal(["One paragraph that goes on in a second line.", "- first\n- second"], page.Description);
    }

    [Fact]
    public void The_first_code_block_of_an_example_is_its_code_and_the_rest_its_remarks()
    {
        var example = Read(Whole).Examples[0];

        Assert.Equal("Get-AgwThing\nGet-AgwThing *", example.Code);
        Assert.Equal(["They come out.", "Name\n----"], example.Remarks);
    }

    [Fact]
    public void Only_links_that_leave_the_folder_keep_their_address()
    {
        Assert.Equal([new("New-AgwThing", ""), new("The site", "https://example.org/things")], Read(Whole).Links);
    }

    [Fact]
    public void A_whole_page_passes() => Assert.Empty(PageChecker.Check(Read(Whole), GetThing));

    [Theory]
    [InlineData("## INPUTS")]
    [InlineData("## SYNOPSIS")]
    public void A_missing_section_is_found(string section)
    {
        var finding = Assert.Single(PageChecker.Check(Read(Whole.Replace(section, "## ELSE", StringComparison.Ordinal)), GetThing));
        Assert.Contains(section, finding, StringComparison.Ordinal);
    }

    [Fact]
    public void A_parameter_that_the_cmdlet_lacks_is_found_at_its_line()
    {
        var line = Whole.Split('\n').ToList().IndexOf("### -Name") + 1;

        var findings = PageChecker.Check(Read(Whole), GetThing with { Parameters = [] });

        Assert.StartsWith($"page.md:{line}:", Assert.Single(findings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_parameter_that_the_page_lacks_is_found()
    {
        var findings = PageChecker.Check(Read(Whole), GetThing with { Parameters = [Parameter("Name"), Parameter("Force")] });

        Assert.Contains("-Force", Assert.Single(findings), StringComparison.Ordinal);
    }

    [Fact]
    public void One_example_is_too_few()
    {
        var findings = PageChecker.Check(Read(Whole.Replace("### One\n", "#### One\n", StringComparison.Ordinal)), GetThing);

        Assert.StartsWith("page.md:13:", Assert.Single(findings), StringComparison.Ordinal);
    }

    private static HelpPage Read(string markdown) => PageReader.Read("page.md", markdown);

    private static CmdletParameter Parameter(string name) => new()
    {
        Name = name,
        Type = "String",
        Aliases = [],
        Wildcards = false,
        Values = [],
        Uses = new Dictionary<string, ParameterUse>(StringComparer.Ordinal) { [Cmdlet.AllSets] = new(false, null, false, false) },
    };
}
