using System.Text;
using Agentworks.Errors;
using Agentworks.Files;

namespace Agentworks.Tests.Unit.Files;

public sealed class TextEditTests
{
    [Theory]
    [InlineData("a b a", "a", "x", false, "x b a", 2)]
    [InlineData("a b a", "a", "x", true, "x b x", 2)]
    [InlineData("aaa", "aa", "b", true, "ba", 1)]
    [InlineData("one\r\ntwo\r\n", "one\ntwo", "1\n2", false, "1\r\n2\r\n", 1)]
    [InlineData("one\ntwo\n", "one\r\ntwo", "1\r\n2", false, "1\n2\n", 1)]
    [InlineData("one\r\ntwo\r\n", "two", "2\n3", false, "one\r\n2\r\n3\r\n", 1)]
    [InlineData("one\ntwo\n", "\n", "\r\n", true, "one\r\ntwo\r\n", 2)]
    [InlineData("one\r\ntwo\r\n", "\r\n", "\n", true, "one\ntwo\n", 2)]
    [InlineData("\ufeffkey = 1", "1", "2", false, "\ufeffkey = 2", 1)]
    [InlineData("gone", "gone", "", false, "", 1)]
    [InlineData("$1 (x)", "(x)", "$0", false, "$1 $0", 1)]
    public void Text_is_replaced_and_the_rest_stays(string before, string oldText, string newText, bool all, string after, int matches)
    {
        var (bytes, found, replaced) = new TextEdit(new EditFile { OldText = oldText, NewText = newText, All = all }).Apply("f", Encoding.UTF8.GetBytes(before));

        Assert.Equal(after, Encoding.UTF8.GetString(bytes));
        Assert.Equal((matches, all ? matches : 1), (found, replaced));
    }

    [Theory]
    [InlineData("a1 b2", @"(\w)(\d)", "$2$1", false, "1a b2", 2)]
    [InlineData("a1 b2", @"(\w)(\d)", "$2$1", true, "1a 2b", 2)]
    [InlineData("x\ny", "(?m)^", "# ", true, "# x\n# y", 2)]
    public void Regular_expressions_name_their_groups(string before, string oldText, string newText, bool all, string after, int matches)
    {
        var (bytes, found, _) = new TextEdit(new EditFile { OldText = oldText, NewText = newText, All = all, Regex = true }).Apply("f", Encoding.UTF8.GetBytes(before));

        Assert.Equal((after, matches), (Encoding.UTF8.GetString(bytes), found));
    }

    [Fact]
    public void What_cannot_be_edited_is_said()
    {
        var once = new EditFile { OldText = "a", NewText = "b", Unique = true };
        Assert.Throws<TextNotUniqueException>(() => new TextEdit(once).Apply("f", "aa"u8.ToArray()));
        Assert.Throws<TextNotFoundException>(() => new TextEdit(once).Apply("f", "xyz"u8.ToArray()));
        Assert.Throws<TextNotFoundException>(() => new TextEdit(once).Apply("f", []));
        Assert.Throws<NotTextException>(() => new TextEdit(once).Apply("f", [0x61, 0xFF]));
        Assert.Throws<NotTextException>(() => new TextEdit(once).Apply("f", Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("a")).ToArray()));
        Assert.Throws<InvalidRequestException>(() => new TextEdit(once with { OldText = string.Empty }));
        Assert.Throws<InvalidRequestException>(() => new TextEdit(once with { OldText = "(", Regex = true }));
        Assert.Throws<InvalidRequestException>(() => new TextEdit(once with { OldText = "(x+x+)+y", Regex = true }).Apply("f", Encoding.UTF8.GetBytes(new string('x', 40))));
    }
}
