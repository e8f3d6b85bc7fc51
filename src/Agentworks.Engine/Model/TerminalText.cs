using System.Globalization;
using System.Text;

namespace Agentworks.Model;

/// <summary>
/// Makes text from a machine safe to show: what would move the cursor, change the terminal or reorder the line is written out
/// instead, such as <c>^[</c> for Escape. Nothing is lost, and plain text is returned as it is.
/// </summary>
public static class TerminalText
{
    /// <summary>For text of many lines: line ends and tabs stay.</summary>
    public static string Escape(string? text) => Escape(text, lines: true);

    /// <summary>For text in a line, such as a table's cell: line ends are written out too.</summary>
    public static string EscapeLine(string? text) => Escape(text, lines: false);

    private static string Escape(string? text, bool lines)
    {
        if (string.IsNullOrEmpty(text))
        {
            return string.Empty;
        }
        for (var i = 0; i < text.Length; i++)
        {
            if (IsUnsafe(text, i) && !IsLayout(text, i, lines))
            {
                return Rewrite(text, i, lines);
            }
        }
        return text;
    }

    private static string Rewrite(string text, int start, bool lines)
    {
        var result = new StringBuilder(text.Length + 16).Append(text, 0, start);
        for (var i = start; i < text.Length; i++)
        {
            var c = text[i];
            if (!IsUnsafe(text, i) || IsLayout(text, i, lines))
            {
                result.Append(c);
            }
            else if (c < ' ')
            {
                result.Append('^').Append((char)(c + '@'));
            }
            else if (c == '\x7f')
            {
                result.Append("^?");
            }
            else
            {
                result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
        }
        return result.ToString();
    }

    private static bool IsLayout(string text, int i, bool lines) =>
        lines && (text[i] is '\n' or '\t' || (text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n'));

    /// <summary>Besides, halves of characters: what a name holds in place of bytes that are no text.</summary>
    private static bool IsUnsafe(string text, int i) => IsUnsafe(text[i])
        || (char.IsLowSurrogate(text[i]) && (i == 0 || !char.IsHighSurrogate(text[i - 1])))
        || (char.IsHighSurrogate(text[i]) && (i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1])));

    /// <summary>C0 and C1 controls, and the marks that reorder or split a line.</summary>
    private static bool IsUnsafe(char c) =>
        char.IsControl(c) || c is '\u061c' or '\u200e' or '\u200f' or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
