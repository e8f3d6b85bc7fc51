namespace Agentworks.Platforms;

/// <summary>
/// Where Debian's packages are fetched from: the mirrors that this computer itself uses when it is a Debian, else Debian's own.
/// </summary>
internal static class AptSources
{
    public const string Suite = "bookworm";
    private const string Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

    /// <summary>One-line entries, such as "deb [signed-by=…] http://deb.debian.org/debian bookworm main".</summary>
    public static IReadOnlyList<string> Detect(string etc = "/etc")
    {
        var release = ReadRelease(Path.Combine(etc, "os-release"));
        var entries = release.TryGetValue("ID", out var id) && id == "debian" && release.TryGetValue("VERSION_CODENAME", out var codename)
            ? Translate(Files(Path.Combine(etc, "apt")).SelectMany(Parse), codename).Distinct(StringComparer.Ordinal).ToList()
            : [];
        return entries.Exists(e => e.Contains($" {Suite} ", StringComparison.Ordinal)) ? entries :
        [
            Format("http://deb.debian.org/debian", Suite),
            Format("http://deb.debian.org/debian", Suite + "-updates"),
            Format("http://deb.debian.org/debian-security", Suite + "-security"),
        ];
    }

    /// <summary>All (URI, suite) pairs of binary packages in a sources file of either format.</summary>
    internal static IEnumerable<(string Uri, string Suite)> Parse(string file) =>
        file.EndsWith(".sources", StringComparison.Ordinal) ? ParseStanzas(File.ReadLines(file)) : ParseLines(File.ReadLines(file));

    internal static IEnumerable<(string Uri, string Suite)> ParseLines(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            var text = line.Split('#')[0].Trim();
            if (text.IndexOf('[', StringComparison.Ordinal) is var open and >= 0 && text.IndexOf(']', open) is var close and >= 0)
            {
                text = text.Remove(open, close - open + 1);
            }

            if (Words(text) is ["deb", var uri, var suite, ..])
            {
                yield return (uri, suite);
            }
        }
    }

    internal static IEnumerable<(string Uri, string Suite)> ParseStanzas(IEnumerable<string> lines)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var last = string.Empty;
        foreach (var line in lines.Append(string.Empty))
        {
            if (line.StartsWith('#'))
            {
                continue;
            }

            if (string.IsNullOrWhiteSpace(line))
            {
                foreach (var entry in Entries(fields))
                {
                    yield return entry;
                }

                fields.Clear();
            }
            else if (char.IsWhiteSpace(line[0]))
            {
                fields[last] = fields.GetValueOrDefault(last) + " " + line;
            }
            else if (line.Split(':', 2) is [var name, var value])
            {
                last = name.Trim();
                fields[last] = value;
            }
        }
    }

    private static IEnumerable<(string Uri, string Suite)> Entries(Dictionary<string, string> fields)
    {
        var enabled = fields.GetValueOrDefault("Enabled", "yes").Trim();
        var wanted = Words(fields.GetValueOrDefault("Types", string.Empty)).Contains("deb", StringComparer.Ordinal);
        return !wanted || enabled is "no" or "false" ? [] :
            from uri in Words(fields.GetValueOrDefault("URIs", string.Empty))
            from suite in Words(fields.GetValueOrDefault("Suites", string.Empty))
            select (uri, suite);
    }

    // The same archive, the image's suite: a mirror holds all of them.
    private static IEnumerable<string> Translate(IEnumerable<(string Uri, string Suite)> entries, string codename)
    {
        foreach (var (uri, suite) in entries)
        {
            var web = uri.StartsWith("http://", StringComparison.Ordinal) || uri.StartsWith("https://", StringComparison.Ordinal);
            var rest = suite.StartsWith(codename, StringComparison.Ordinal) ? suite[codename.Length..] : "?";
            if (web && rest is ("" or "-updates" or "-security"))
            {
                yield return Format(uri.TrimEnd('/'), Suite + rest);
            }
        }
    }

    private static string Format(string uri, string suite) => $"deb [signed-by={Keyring}] {uri} {suite} main";

    private static IEnumerable<string> Files(string apt)
    {
        var list = Path.Combine(apt, "sources.list");
        var parts = Path.Combine(apt, "sources.list.d");
        var more = Directory.Exists(parts) ? Directory.EnumerateFiles(parts).Order(StringComparer.Ordinal) : Enumerable.Empty<string>();
        return more.Where(f => f.EndsWith(".list", StringComparison.Ordinal) || f.EndsWith(".sources", StringComparison.Ordinal))
            .Prepend(list).Where(File.Exists);
    }

    private static Dictionary<string, string> ReadRelease(string file)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in File.Exists(file) ? File.ReadLines(file) : [])
        {
            if (line.Split('=', 2) is [var name, var value])
            {
                values[name] = value.Trim('"');
            }
        }

        return values;
    }

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
