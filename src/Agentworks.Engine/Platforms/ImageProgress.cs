using System.Globalization;
using System.Text.RegularExpressions;
using Agentworks.Events;

namespace Agentworks.Platforms;

/// <summary>Turns what mmdebstrap and the tools under it print into progress: phases by its own marks, between them by counting packages.</summary>
internal sealed partial class ImageProgress(IEventSink events)
{
    public const string Activity = "Making the machine image";

    private static readonly (string Mark, string Status, int From, int To)[] Phases =
    [
        ("I: running apt-get update", "Reading package lists", 2, 8),
        ("I: downloading packages", "Downloading the base system", 8, 14),
        ("I: extracting archives", "Unpacking the base system", 14, 24),
        ("I: installing essential packages", "Installing the base system", 24, 38),
        ("I: installing remaining packages", "Installing packages", 38, 94),
        ("I: cleaning package lists", "Cleaning up", 94, 99),
    ];

    private readonly object gate = new();
    private int phase = -1;
    private int done;
    private int expected = 200;
    private int last = -1;

    public void Line(string line)
    {
        lock (gate)
        {
            Take(line);
        }
    }

    private void Take(string line)
    {
        var next = Array.FindIndex(Phases, p => line.StartsWith(p.Mark, StringComparison.Ordinal));
        if (next >= 0)
        {
            (phase, done) = (next, 0);
        }
        else if (NewPackages().Match(line) is { Success: true } match)
        {
            // Fetched, unpacked and set up: three lines each.
            expected = Math.Max(1, 3 * int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture));
        }
        else if (PackageDone().IsMatch(line))
        {
            done++;
        }

        if (phase >= 0)
        {
            var (_, status, from, to) = Phases[phase];
            var percent = from + (to - from) * Math.Min(done, expected) / expected;
            if (percent != last)
            {
                last = percent;
                events.Report(new ProgressEvent(Activity, status, percent));
            }
        }
    }

    [GeneratedRegex(@"^\d+ upgraded, (?<count>\d+) newly installed", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NewPackages();

    [GeneratedRegex(@"^(Get:\d+ |Unpacking |Setting up )", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PackageDone();
}
