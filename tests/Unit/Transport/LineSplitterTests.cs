using System.Text;
using Agentworks.Transport;

namespace Agentworks.Tests.Unit.Transport;

public sealed class LineSplitterTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    public void LinesAreTheSameHoweverTheyArrive(int piece)
    {
        var bytes = Encoding.UTF8.GetBytes("first\nzweite Zeile mit ä€𝄞\r\n\nlast");
        var lines = new List<string>();
        var splitter = new LineSplitter(lines.Add);
        foreach (var part in bytes.Chunk(piece))
        {
            splitter.Feed(part);
        }

        splitter.Finish();
        Assert.Equal(["first", "zweite Zeile mit ä€𝄞", string.Empty, "last"], lines);
    }

    [Fact]
    public void AnEndlessLineIsHandedOnInParts()
    {
        var lines = new List<string>();
        var splitter = new LineSplitter(lines.Add, limit: 10);
        for (var i = 0; i < 10; i++)
        {
            splitter.Feed("xxxxx"u8);
        }

        splitter.Finish();
        Assert.Equal(50, lines.Sum(line => line.Length));
        Assert.All(lines, line => Assert.True(line.Length <= 15));
    }
}
