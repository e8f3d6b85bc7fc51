namespace Agentworks.Tests.Unit.Toml;

public sealed class TomlStringTests
{
    [Theory]
    [InlineData("\"\"", "")]
    [InlineData("\"plain # no comment\"", "plain # no comment")]
    [InlineData(@"""\b\t\n\f\r\""\\""", "\b\t\n\f\r\"\\")]
    [InlineData(@"""\u00e9\U0001F600""", "é😀")]
    [InlineData("\"tab\there\"", "tab\there")]
    [InlineData("\"\u0080 é 😀\"", "\u0080 é 😀")]
    [InlineData("''", "")]
    [InlineData(@"'C:\new\u0000'", @"C:\new\u0000")]
    [InlineData("'say \"hi\"'", "say \"hi\"")]
    [InlineData("\"\"\"\"\"\"", "")]
    [InlineData("\"\"\"\nfirst newline is dropped\"\"\"", "first newline is dropped")]
    [InlineData("\"\"\"\r\nfirst newline is dropped\"\"\"", "first newline is dropped")]
    [InlineData("\"\"\"a\nb\"\"\"", "a\nb")]
    [InlineData("\"\"\"a\r\nb\"\"\"", "a\r\nb")]
    [InlineData("\"\"\"a \\\n   b\"\"\"", "a b")]
    [InlineData("\"\"\"a \\  \r\n\t\r\n\n  b\"\"\"", "a b")]
    [InlineData("\"\"\"a\\\n\"\"\"", "a")]
    [InlineData("\"\"\"one \" two \"\" done\"\"\"", "one \" two \"\" done")]
    [InlineData("\"\"\"\"quoted\"\"\"\"", "\"quoted\"")]
    [InlineData("\"\"\"\"\"quoted\"\"\"\"\"", "\"\"quoted\"\"")]
    [InlineData("\"\"\"\\\"\"\"\"", "\"")]
    [InlineData("''''''", "")]
    [InlineData("'''\nraw \\ \nlines'''", "raw \\ \nlines")]
    [InlineData("'''''quoted'''''", "''quoted''")]
    public void Strings_mean_what_they_say(string written, string value) => Assert.Equal(value, TomlTestExtensions.Read("k = " + written).Value<string>("k"));

    [Theory]
    [InlineData("\"open", 1, 5)]
    [InlineData("\"open\nb = 1", 1, 5)]
    [InlineData("'open", 1, 5)]
    [InlineData("\"\"\"open\n\n", 1, 5)]
    [InlineData("'''open''", 1, 5)]
    [InlineData(@"""a\qb""", 1, 7)]
    [InlineData(@"""\x41""", 1, 6)]
    [InlineData(@"""\e""", 1, 6)]
    [InlineData(@"""\u12""", 1, 6)]
    [InlineData(@"""\ud800""", 1, 6)]
    [InlineData(@"""\U00110000""", 1, 6)]
    [InlineData("\"\"\"a \\ b\"\"\"", 1, 12)]
    [InlineData("\"bell \u0007\"", 1, 11)]
    [InlineData("'del \u007f'", 1, 10)]
    [InlineData("\"nul \0\"", 1, 10)]
    [InlineData("\"\"\"a\rb\"\"\"", 1, 9)]
    [InlineData("\"\"\"six \"\"\"\"\"\"", 1, 17)]
    [InlineData("'a' 'b'", 1, 9)]
    public void Wrong_strings_are_refused_at_their_place(string written, int line, int column)
    {
        var error = TomlTestExtensions.Refuse("k = " + written);

        Assert.Equal((line, column), (error.Line, error.Column));
    }

    [Fact]
    public void A_string_of_a_mebibyte_is_read_whole()
    {
        var text = new string('x', 1 << 20);

        Assert.Equal(text, TomlTestExtensions.Read($"k = \"{text}\"").Value<string>("k"));
    }
}
