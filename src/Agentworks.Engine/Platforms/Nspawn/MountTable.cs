using System.Text;

namespace Agentworks.Platforms.Nspawn;

/// <summary>What is mounted, as the kernel tells it.</summary>
internal static class MountTable
{
    private const string Source = "/proc/self/mountinfo";

    public static bool IsMounted(string path) => Points(File.ReadLines(Source)).Contains(path, StringComparer.Ordinal);

    /// <summary>Every mount at or below a folder, the newest first: the order in which they can be taken away.</summary>
    public static IReadOnlyList<string> Below(string folder) =>
        [.. Points(File.ReadLines(Source)).Where(p => p == folder || p.StartsWith(folder + "/", StringComparison.Ordinal)).Reverse()];

    /// <summary>The mount points in the lines of a mountinfo file.</summary>
    internal static IEnumerable<string> Points(IEnumerable<string> lines) =>
        lines.Select(line => line.Split(' ')).Where(fields => fields.Length > 4).Select(fields => Unescape(fields[4]));

    // Space, tab, newline and backslash are written as a backslash and three octal digits of one byte.
    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length)
            {
                bytes.Add(Convert.ToByte(text.Substring(i + 1, 3), 8));
                i += 3;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(text[i].ToString()));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
