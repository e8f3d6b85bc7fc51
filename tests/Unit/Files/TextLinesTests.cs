using System.Text;
using Agentworks.Files;

namespace Agentworks.Tests.Unit.Files;

public sealed class TextLinesTests
{
    [Theory]
    [InlineData("a\nb\n", "a|b")]
    [InlineData("a\r\nb", "a|b")]
    [InlineData("", "")]
    [InlineData("\n\n", "|")]
    [InlineData("ü漢🎈\nx", "ü漢🎈|x")]
    public void Lines_are_the_same_however_the_bytes_come(string text, string expected)
    {
        foreach (var encoding in new Encoding[] { new UTF8Encoding(false), new UnicodeEncoding(false, false), new UTF32Encoding(true, false) })
        {
            var bytes = encoding.GetBytes(text);
            foreach (var size in new[] { 1, 2, 3, 7, 100 })
            {
                var lines = new TextLines((encoding, 0));
                var all = bytes.Chunk(size).SelectMany(piece => lines.Add(piece)).ToList();
                all.AddRange(lines.Finish());
                Assert.Equal(expected, string.Join('|', all));
            }
        }
    }

    [Fact]
    public void Only_the_first_or_last_lines_are_kept()
    {
        var bytes = "a\nb\nc"u8.ToArray();
        var first = new TextLines((Encoding.UTF8, 0), first: 2);
        Assert.Equal(["a", "b"], first.Add(bytes).Concat(first.Finish()));
        var last = new TextLines((Encoding.UTF8, 0), last: 2);
        Assert.Equal(["b", "c"], last.Add(bytes).Concat(last.Finish()));
    }

    [Fact]
    public void A_mark_says_the_encoding_and_is_left_out()
    {
        Assert.Equal((65001, 3), Chosen([0xEF, 0xBB, 0xBF, 0x61], 0));
        Assert.Equal((1200, 2), Chosen([0xFF, 0xFE, 0x61, 0], 0));
        Assert.Equal((12000, 4), Chosen([0xFF, 0xFE, 0, 0], 0));
        Assert.Equal((1200, 0), Chosen([0xFF, 0xFE, 0x61, 0], 10));
        Assert.Equal((65001, 0), Chosen([0x61], 0));

        static (int, int) Chosen(byte[] start, long offset)
        {
            var (encoding, skip) = FileText.Choose(null, start, offset);
            return (encoding.CodePage, skip);
        }
    }
}
