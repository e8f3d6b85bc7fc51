using Agentworks.Toml;

namespace Agentworks.Tests.Unit.Toml;

public sealed class TomlPlaceTests
{
    [Fact]
    public void Every_node_knows_its_line_column_and_path()
    {
        var root = TomlTestExtensions.Read("top = 1\r\n[vm.big]\r\n\tapt = [\r\n  'a', {b.c = 2}]\r\n[[list]]\r\n[[list]]\r\nx = 1");

        AssertAt(root.At("top"), 1, 7, "top");
        AssertAt(root.At("vm", "big"), 2, 5, "vm.big");
        AssertAt(root.At("vm", "big", "apt"), 3, 8, "vm.big.apt");
        AssertAt(root.At("vm", "big", "apt", "0"), 4, 3, "vm.big.apt[0]");
        AssertAt(root.At("vm", "big", "apt", "1", "b", "c"), 4, 15, "vm.big.apt[1].b.c");
        AssertAt(root.At("list", "1", "x"), 7, 5, "list[1].x");

        Assert.True(Assert.IsType<TomlTable>(root.At("vm", "big")).TryGet("apt", out var entry));
        Assert.Equal(new TomlPlace(3, 2), entry.Place);
    }

    [Fact]
    public void Columns_count_characters_whatever_their_size()
    {
        var error = TomlTestExtensions.Refuse("a = ['é', '日本', '😀', !]");

        Assert.Equal((1, 22), (error.Line, error.Column));
    }

    [Fact]
    public void Lines_inside_strings_count()
    {
        var error = TomlTestExtensions.Refuse("a = '''\n\n\n'''\nb = !");

        Assert.Equal((5, 5), (error.Line, error.Column));
    }

    [Theory]
    [InlineData("plain-key_1", "plain-key_1")]
    [InlineData("", "\"\"")]
    [InlineData("a.b", "\"a.b\"")]
    [InlineData("q\"\\", "\"q\\\"\\\\\"")]
    [InlineData("esc\u001b[31m", "\"esc\\u001B[31m\"")]
    public void Paths_quote_what_could_mislead(string key, string shown) => Assert.Equal("t." + shown, TomlPath.Root.Child("t").Child(key).ToString());

    [Fact]
    public void Control_characters_never_reach_the_message()
    {
        var error = TomlTestExtensions.Refuse("\"\\u001b[2J\" = \u001b");

        Assert.DoesNotContain('\u001b', error.Message);
        Assert.Contains("001B", error.Message, StringComparison.Ordinal);
    }

    private static void AssertAt(TomlNode node, int line, int column, string path)
        => Assert.Equal((new TomlPlace(line, column), path), (node.Place, node.Path.ToString()));
}
