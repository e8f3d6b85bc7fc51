using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Agentworks.Events;

namespace Agentworks.Workspaces;

/// <summary>Reads the progress that git writes to standard error, and keeps the rest for an error message.</summary>
public sealed partial class GitProgress(string activity, IEventSink events)
{
    private readonly StringBuilder _line = new();
    private readonly StringBuilder _said = new();

    public string Said => _said.ToString().Trim();

    public void Feed(ReadOnlySpan<byte> data)
    {
        foreach (var c in Encoding.UTF8.GetString(data))
        {
            if (c is not ('\r' or '\n'))
            {
                _line.Append(c);
                continue;
            }

            Take(_line.ToString());
            _line.Clear();
        }
    }

    private void Take(string line)
    {
        var match = Percent().Match(line);
        if (match.Success)
        {
            events.Report(new ProgressEvent(activity, match.Groups["what"].Value, int.Parse(match.Groups["percent"].Value, CultureInfo.InvariantCulture)));
        }
        else if (line.Length > 0 && _said.Length < 4000)
        {
            _said.AppendLine(line);
        }
    }

    [GeneratedRegex(@"^(remote: )?(?<what>[A-Z][A-Za-z ]+):\s+(?<percent>\d{1,3})%", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Percent();
}
