using Agentworks.Toml;

namespace Agentworks.Tests.Unit.Toml;

public sealed class TomlStructureTests
{
    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("  \t ")]
    [InlineData("# only a comment")]
    [InlineData("\uFEFF# after a byte order mark\r\n")]
    public void Documents_without_keys_are_empty_tables(string text) => Assert.Empty(TomlTestExtensions.Read(text).Entries);

    [Fact]
    public void Keys_may_be_bare_quoted_and_dotted()
    {
        var root = TomlTestExtensions.Read("1234 = 1\nbare_key- = 2\n\"\" = 3\n\"a.b\" = 4\n'c\"d' = 5\nx . \"y z\".'w' = 6\n3.14 = 7");

        Assert.Equal(["1234", "bare_key-", "", "a.b", "c\"d", "x", "3"], root.Keys());
        Assert.Equal(6, root.Value<long>("x", "y z", "w"));
        Assert.Equal(7, root.Value<long>("3", "14"));
        Assert.Equal(4, root.Value<long>("a.b"));
    }

    [Fact]
    public void Arrays_mix_types_span_lines_and_may_end_with_a_comma()
    {
        var array = TomlTestExtensions.Read("k = [ 1, 'two', # comment\r\n\r\n [3.0, [ ]], {four = 4},\n true,\n]").At("k");

        Assert.Equal(5, Assert.IsType<TomlArray>(array).Items.Count);
        Assert.Equal("two", array.Value<string>("1"));
        Assert.Equal(3.0, array.Value<double>("2", "0"));
        Assert.Equal(4, array.Value<long>("3", "four"));
    }

    [Fact]
    public void Headers_nest_in_any_order()
    {
        var root = TomlTestExtensions.Read("[a.b.c]\nk = 1\n[ a . \"d\" ]\nk = 2\n[a]\nk = 3\n[a.b]\nk = 4");

        Assert.Equal(["b", "d", "k"], root.At("a").Keys());
        Assert.Equal(["c", "k"], root.At("a", "b").Keys());
    }

    [Fact]
    public void Arrays_of_tables_grow_and_headers_below_go_to_the_last_one()
    {
        var root = TomlTestExtensions.Read("[[f]]\nn=1\n[f.p]\nc=1\n[[f.v]]\nn=2\n[[f.v]]\n[[f]]\n[[f.v]]\nn=3");

        Assert.Equal(2, Assert.IsType<TomlArray>(root.At("f")).Items.Count);
        Assert.Equal(1, root.Value<long>("f", "0", "p", "c"));
        Assert.Equal(2, Assert.IsType<TomlArray>(root.At("f", "0", "v")).Items.Count);
        Assert.Equal(3, root.Value<long>("f", "1", "v", "0", "n"));
    }

    [Fact]
    public void Dotted_keys_add_to_the_same_table_and_leave_room_for_sub_tables()
    {
        var root = TomlTestExtensions.Read("[fruit]\napple.color = 1\nb = 2\napple.taste.sweet = true\n[fruit.apple.texture]\nsmooth = true");

        Assert.Equal(["color", "taste", "texture"], root.At("fruit", "apple").Keys());
    }

    [Fact]
    public void Inline_tables_hold_dotted_keys() => Assert.Equal(["x", "y"], TomlTestExtensions.Read("k = { a.x = 1, a.y = 2 }").At("k", "a").Keys());

    [Theory]
    [InlineData("a = 1\na = 2", 2, 1, "a")]
    [InlineData("a = 1\n\"a\" = 2", 2, 1, "a")]
    [InlineData("a = 1\na.b = 2", 2, 1, "a")]
    [InlineData("a.b = 1\na = 2", 2, 1, "a")]
    [InlineData("a.b = 1\n[a]", 2, 2, "a")]
    [InlineData("a = {}\n[a]", 2, 2, "a")]
    [InlineData("a = {}\n[a.b]", 2, 2, "a")]
    [InlineData("a = {}\na.b = 1", 2, 1, "a")]
    [InlineData("a = {b = 1, b = 2}", 1, 13, "a.b")]
    [InlineData("a = {b = {}, b.c = 2}", 1, 14, "a.b")]
    [InlineData("a = []\n[[a]]", 2, 3, "a")]
    [InlineData("a = [{}]\n[a.b]", 2, 2, "a")]
    [InlineData("[a]\n[a]", 2, 2, "a")]
    [InlineData("[a]\n[[a]]", 2, 3, "a")]
    [InlineData("[[a]]\n[a]", 2, 2, "a")]
    [InlineData("[a]\nb.c = 1\n[a.b]", 3, 4, "a.b")]
    [InlineData("[a.b.c]\n[a]\nb.x = 1", 3, 1, "a.b")]
    [InlineData("[a.b]\n[a]\nb.x = 1", 3, 1, "a.b")]
    [InlineData("[[a.b]]\n[a]\nb.x = 1", 3, 1, "a.b")]
    [InlineData("[a.b]\n[[a]]", 2, 3, "a")]
    public void Nothing_is_defined_twice(string text, int line, int column, string key)
    {
        var error = TomlTestExtensions.Refuse(text);

        Assert.Equal((line, column, key), (error.Line, error.Column, error.Key));
    }

    [Theory]
    [InlineData("a", 1, 2)]
    [InlineData("a =", 1, 4)]
    [InlineData("a = 1 b = 2", 1, 7)]
    [InlineData("= 1", 1, 1)]
    [InlineData("a. = 1", 1, 4)]
    [InlineData(".a = 1", 1, 1)]
    [InlineData("a b = 1", 1, 3)]
    [InlineData("é = 1", 1, 1)]
    [InlineData("\"\"\"a\"\"\" = 1", 1, 1)]
    [InlineData("a\n= 1", 1, 2)]
    [InlineData("[a", 1, 3)]
    [InlineData("[]", 1, 2)]
    [InlineData("[a.]", 1, 4)]
    [InlineData("[a]]", 1, 4)]
    [InlineData("[[a]", 1, 5)]
    [InlineData("[[a] ]", 1, 5)]
    [InlineData("[ [a]]", 1, 3)]
    [InlineData("[a] b = 1", 1, 5)]
    [InlineData("a = [1, 2", 1, 5)]
    [InlineData("a = [1 2]", 1, 8)]
    [InlineData("a = [,]", 1, 6)]
    [InlineData("a = {b = 1", 1, 5)]
    [InlineData("a = {b = 1,}", 1, 12)]
    [InlineData("a = {b = 1,, c = 1}", 1, 12)]
    [InlineData("a = {b = 1 c = 2}", 1, 12)]
    [InlineData("a = {b = 1\n}", 1, 11)]
    [InlineData("a = {\nb = 1}", 1, 6)]
    [InlineData("# bell \u0007", 1, 8)]
    [InlineData("# lone \r return", 1, 8)]
    [InlineData("a = 1\rb = 2", 1, 6)]
    [InlineData("a = 1\r", 1, 6)]
    [InlineData("\0", 1, 1)]
    [InlineData("a = 1\n\u000b", 2, 1)]
    [InlineData("# \uFEFF\n\uFEFFa = 1", 2, 1)]
    public void Broken_lines_are_refused_at_their_place(string text, int line, int column)
    {
        var error = TomlTestExtensions.Refuse(text);

        Assert.Equal((line, column), (error.Line, error.Column));
        Assert.Equal(TomlTestExtensions.File, error.File);
    }
}
