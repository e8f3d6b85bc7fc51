using System.Text;

namespace Agentworks.OperatorFiles;

/// <summary>
/// Changes to the operator's own ssh configuration. What is there stays byte for byte, whatever its encoding, line ends or last line.
/// Ours goes to the top: ssh takes the first value that it meets, so a "Host *" of the operator's does not undo it.
/// </summary>
public static class SshConfigEdit
{
    public const string Begin = "# >>> agentworks: written by Update-AgwSshConfig; what stands up to the end mark is replaced";
    public const string End = "# <<< agentworks";

    // A character per byte: any file can be read so, and comes back as it was.
    private static readonly Encoding Bytes = Encoding.Latin1;
    private static readonly string ByteOrderMark = Bytes.GetString(Encoding.UTF8.GetPreamble());

    /// <summary>With one Include line for the file, at the top unless it is included already, directly or by a pattern.</summary>
    /// <param name="content">The operator's file; empty for none.</param>
    /// <param name="file">What to include, absolute.</param>
    /// <param name="userHome">What ~ means.</param>
    public static byte[] Include(byte[] content, string file, string userHome)
    {
        if (Includes(content, file, userHome))
        {
            return content;
        }

        var text = Bytes.GetString(content);
        return Insert(text, ToBytes($"Include {SshConfigText.Quote(Pattern(file), userHome)}\n"));
    }

    /// <summary>Whether a line that holds for every host includes the file; also one that names exactly it, wherever the operator put it.</summary>
    /// <param name="content">The operator's file.</param>
    /// <param name="file">Absolute.</param>
    /// <param name="userHome">What ~ means.</param>
    /// <param name="byName">Patterns that happen to match do not count.</param>
    public static bool Includes(byte[] content, string file, string userHome, bool byName = false)
    {
        var everywhere = true;
        foreach (var words in Encoding.UTF8.GetString(content).TrimStart('\uFEFF').Split('\n').Select(Words).Where(words => words.Count > 1))
        {
            if (Is(words[0], "Host") || Is(words[0], "Match"))
            {
                everywhere = words is [_, "*"] or [_, "all"];
            }
            else if (Is(words[0], "Include"))
            {
                var ssh = Path.Combine(userHome, ".ssh");
                var named = words.Skip(1).Select(word => Absolute(word, ssh, userHome));
                if (named.Any(path => path == Pattern(file) || path == file || (!byName && everywhere && IsMatch(path, file))))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>With the section between our marks; null takes it out with its marks. A section that was moved is replaced where it is.</summary>
    /// <param name="content">The operator's file; empty for none.</param>
    /// <param name="section">Lines that end with a line feed.</param>
    public static byte[] Section(byte[] content, string? section)
    {
        var text = Bytes.GetString(content);
        var lines = section is null ? string.Empty

            // Our last Host would else go on into what follows.
            : $"{Begin}\n{ToBytes(section)}\nMatch all\n{End}\n";
        if (FindSection(text) is not { } place)
        {
            return section is null ? content : Insert(text, lines);
        }

        return Bytes.GetBytes(text[..place.Start] + lines.Replace("\n", LineEnd(text), StringComparison.Ordinal) + text[place.End..]);
    }

    public static bool HasSection(byte[] content) => FindSection(Bytes.GetString(content)) is not null;

    private static (int Start, int End)? FindSection(string text)
    {
        var start = text.StartsWith(ByteOrderMark + Begin, StringComparison.Ordinal) ? ByteOrderMark.Length
            : text.StartsWith(Begin, StringComparison.Ordinal) ? 0
            : text.IndexOf('\n' + Begin, StringComparison.Ordinal) + 1;
        if (start == 0 && !text.StartsWith(Begin, StringComparison.Ordinal))
        {
            return null;
        }

        var end = text.IndexOf('\n' + End, start, StringComparison.Ordinal);
        if (end < 0)
        {
            // The end mark is gone: nobody can say what is ours. The begin mark alone is a comment.
            return null;
        }

        var next = text.IndexOf('\n', end + 1);
        return (start, next < 0 ? text.Length : next + 1);
    }

    private static byte[] Insert(string text, string lines)
    {
        var at = text.StartsWith(ByteOrderMark, StringComparison.Ordinal) ? ByteOrderMark.Length : 0;
        return Bytes.GetBytes(text[..at] + lines.Replace("\n", LineEnd(text), StringComparison.Ordinal) + text[at..]);
    }

    private static string ToBytes(string text) => Bytes.GetString(Encoding.UTF8.GetBytes(text));

    private static string LineEnd(string text) => text.IndexOf('\n', StringComparison.Ordinal) is var first and > 0 && text[first - 1] == '\r' ? "\r\n" : "\n";

    /// <summary>The path as a pattern that means only it.</summary>
    private static string Pattern(string file) =>
        file.Replace("[", "[[]", StringComparison.Ordinal).Replace("*", "[*]", StringComparison.Ordinal).Replace("?", "[?]", StringComparison.Ordinal);

    private static string Absolute(string word, string ssh, string userHome)
    {
        var path = word.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(userHome, word[2..]) : Path.Combine(ssh, word);
        return Path.DirectorySeparatorChar == '\\' ? path.Replace('/', '\\') : path;
    }

    private static bool IsMatch(string pattern, string file) =>
        Path.GetDirectoryName(pattern) == Path.GetDirectoryName(file)
        && System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(Path.GetFileName(pattern), Path.GetFileName(file), ignoreCase: false);

    private static bool Is(string word, string keyword) => word.Equals(keyword, StringComparison.OrdinalIgnoreCase);

    /// <summary>Keyword and arguments of a line, as ssh splits it: at blanks and one '=', with double quotes.</summary>
    private static List<string> Words(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var quoted = false;
        foreach (var c in line.Trim())
        {
            if (c == '#' && words.Count + word.Length == 0)
            {
                return words;
            }

            if (c == '"')
            {
                quoted = !quoted;
            }
            else if (!quoted && (char.IsWhiteSpace(c) || (c == '=' && words.Count < 2)))
            {
                if (word.Length > 0)
                {
                    words.Add(word.ToString());
                    word.Clear();
                }
            }
            else
            {
                word.Append(c);
            }
        }

        if (word.Length > 0)
        {
            words.Add(word.ToString());
        }

        return words;
    }
}
