using System.Text;

namespace Agentworks.Files;

/// <summary>How bytes are text.</summary>
internal static class FileText
{
    private static readonly (byte[] Mark, Encoding Encoding)[] Marks =
    [
        ([0xEF, 0xBB, 0xBF], new UTF8Encoding(false)),
        ([0xFF, 0xFE, 0, 0], new UTF32Encoding(bigEndian: false, byteOrderMark: false)),
        ([0, 0, 0xFE, 0xFF], new UTF32Encoding(bigEndian: true, byteOrderMark: false)),
        ([0xFF, 0xFE], new UnicodeEncoding(bigEndian: false, byteOrderMark: false)),
        ([0xFE, 0xFF], new UnicodeEncoding(bigEndian: true, byteOrderMark: false)),
    ];

    /// <summary>Whether the byte of a line feed is a line feed wherever it stands.</summary>
    public static bool HasPlainLineFeed(Encoding encoding) => encoding is UTF8Encoding || encoding.IsSingleByte;

    /// <summary>The encoding to read with, and how many bytes of mark to leave out first.</summary>
    /// <param name="wanted">Null: what the first bytes say, else UTF-8.</param>
    public static (Encoding Encoding, int Skip) Choose(Encoding? wanted, ReadOnlySpan<byte> start, long offset)
    {
        foreach (var (mark, encoding) in Marks)
        {
            if (start.StartsWith(mark) && (wanted is null || wanted.CodePage == encoding.CodePage))
            {
                return (wanted ?? encoding, offset == 0 ? mark.Length : 0);
            }
        }

        return (wanted ?? new UTF8Encoding(false), 0);
    }
}
