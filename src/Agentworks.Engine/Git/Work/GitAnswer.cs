using System.Globalization;
using System.Text;
using Agentworks.Errors;

namespace Agentworks.Git.Work;

/// <summary>What a machine's script said of one place: its exit status and its parts, as bytes.</summary>
internal sealed class GitAnswer
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _parts = new(StringComparer.Ordinal);

    public int ExitCode => int.TryParse(Text("rc").Trim(), CultureInfo.InvariantCulture, out var code) ? code : -1;

    public string Error => Text("error").Trim();

    public bool Has(string part) => _parts.ContainsKey(part);

    public ReadOnlyMemory<byte> Bytes(string part) => _parts.GetValueOrDefault(part);

    public string Text(string part) => Encoding.UTF8.GetString(Bytes(part).Span);

    public IReadOnlyList<string> Lines(string part) => Text(part).TrimEnd('\n').Split('\n');

    /// <summary>Parts that end in a zero byte each.</summary>
    public static IReadOnlyList<string> Fields(string text) => text.Length == 0 ? [] : text.TrimEnd('\0').Split('\0');

    /// <exception cref="RemoteCommandException">It is not what the script writes.</exception>
    public static IReadOnlyList<GitAnswer> ParseAll(ReadOnlyMemory<byte> output, int count)
    {
        var answers = Enumerable.Range(0, count).Select(_ => new GitAnswer()).ToArray();
        while (!output.IsEmpty)
        {
            var end = output.Span.IndexOf((byte)'\n');
            var words = end < 0 ? [] : Encoding.ASCII.GetString(output.Span[..end]).Split(' ');
            if (words is not [var number, var name, var size]
                || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var at) || at >= count
                || !int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) || bytes > output.Length - end - 1)
            {
                throw new RemoteCommandException("What the machine said of its repositories was cut off.");
            }

            answers[at]._parts[name] = output.Slice(end + 1, bytes);
            output = output[(end + 1 + bytes)..];
        }

        return answers;
    }
}
