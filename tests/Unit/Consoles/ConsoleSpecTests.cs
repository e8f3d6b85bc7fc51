using Agentworks.Consoles;
using Agentworks.Errors;

namespace Agentworks.Tests.Unit.Consoles;

public sealed class ConsoleSpecTests
{
    [Theory]
    [InlineData("web", "web", 0)]
    [InlineData("web+0", "web", 0)]
    [InlineData("web+3", "web", 3)]
    [InlineData("old--task+1", "old--task", 1)]
    [InlineData("web+20", "web", 20)]
    public void A_spec_is_a_name_and_perhaps_a_count(string text, string name, int shells) =>
        Assert.Equal(new ConsoleSpec(name, shells), ConsoleSpec.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("+1")]
    [InlineData("web+")]
    [InlineData("web+x")]
    [InlineData("web+-1")]
    [InlineData("web+ 1")]
    [InlineData("web+1.5")]
    [InlineData("web+1+1")]
    [InlineData("web++1")]
    [InlineData("web+21")]
    [InlineData("web+99999999999")]
    public void Anything_else_is_refused(string text) => Assert.Equal(text, Assert.Throws<InvalidRequestException>(() => ConsoleSpec.Parse(text)).Target);

    [Theory]
    [InlineData("src")]
    [InlineData("src/a b/..c")]
    [InlineData("-")]
    [InlineData(".")]
    public void A_shells_folder_lies_in_the_workspace(string folder) => new NewConsoleShell("web", folder, Admin: false).Validate();

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("/etc")]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("a/..")]
    [InlineData("a\tb")]
    [InlineData("a\nb")]
    public void A_folder_elsewhere_is_refused(string folder) =>
        Assert.Throws<InvalidRequestException>(new NewConsoleShell("web", folder, Admin: false).Validate);

    [Fact]
    public void Reordering_puts_in_front_what_is_named_and_keeps_the_rest()
    {
        string[] members = ["a", "b", "c", "d"];
        Assert.Equal(["c", "a", "b", "d"], ConsoleOrder.Reorder("x", members, ["c"]));
        Assert.Equal(["d", "b", "a", "c"], ConsoleOrder.Reorder("x", members, ["d", "b"]));
        Assert.Equal(members, ConsoleOrder.Reorder("x", members, ["a", "b"]));
        Assert.Throws<InvalidRequestException>(() => ConsoleOrder.Reorder("x", members, []));
        Assert.Equal("b", Assert.Throws<InvalidRequestException>(() => ConsoleOrder.Reorder("x", members, ["b", "b"])).Target);
        Assert.Equal("e", Assert.Throws<NotFoundException>(() => ConsoleOrder.Reorder("x", members, ["b", "e"])).Target);
    }
}
