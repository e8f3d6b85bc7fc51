using System.Globalization;
using System.Text;

namespace Agentworks.Files;

/// <summary>Wildcards as PowerShell has them, as regular expressions that the machine matches against the bytes of names.</summary>
internal static class FilePattern
{
    // One character of UTF-8, or one byte that is none.
    private const string AnyOne = @"(?:[\x00-\x7f]|[\xc2-\xf4][\x80-\xbf]{1,3}|[\x80-\xff])";

    public static bool IsPattern(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '`')
            {
                i++;
            }
            else if (text[i] is '*' or '?' or '[')
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A text without wildcards, as it is meant: without the backticks that keep characters from being wildcards.</summary>
    public static string Unescape(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            result.Append(text[i] == '`' && i + 1 < text.Length ? text[++i] : text[i]);
        }

        return result.ToString();
    }

    /// <summary>The expression for a whole name. It holds nothing of the text but as numbers.</summary>
    public static string ToExpression(string pattern)
    {
        var result = new StringBuilder(@"\A");
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*':
                    result.Append(".*");
                    break;
                case '?':
                    result.Append(AnyOne);
                    break;
                case '[' when pattern.IndexOf(']', i + 1) is var end && end > i + 1:
                    result.Append(Set(pattern[(i + 1)..end]));
                    i = end;
                    break;
                case '`' when i + 1 < pattern.Length:
                    Literal(result, pattern, ref i, i + 1);
                    break;
                default:
                    Literal(result, pattern, ref i, i);
                    break;
            }
        }

        return result.Append(@"\z").ToString();
    }

    private static void Literal(StringBuilder result, string text, ref int i, int at)
    {
        var length = char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1;
        result.Append(Bytes(text.Substring(at, length)));
        i = at + length - 1;
    }

    private static string Set(string members)
    {
        var choices = new List<string>();
        for (var i = 0; i < members.Length; i++)
        {
            if (i + 2 < members.Length && members[i + 1] == '-' && members[i] < 128 && members[i + 2] < 128)
            {
                choices.Add($"[{Bytes(members[i].ToString())}-{Bytes(members[i + 2].ToString())}]");
                i += 2;
            }
            else
            {
                var length = char.IsHighSurrogate(members[i]) && i + 1 < members.Length ? 2 : 1;
                choices.Add(Bytes(members.Substring(i, length)));
                i += length - 1;
            }
        }

        return $"(?:{string.Join('|', choices)})";
    }

    private static string Bytes(string text) =>
        string.Concat(MachinePath.Encode(text).Select(b => string.Create(CultureInfo.InvariantCulture, $"\\x{b:x2}")));
}
