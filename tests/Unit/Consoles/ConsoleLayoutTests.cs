using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Agentworks.Tests.Unit.State;

namespace Agentworks.Tests.Unit.Consoles;

/// <summary>The layout aw-session-vertical, as the program that runs on machines works it out.</summary>
public sealed class ConsoleLayoutTests
{
    [LinuxFact]
    public void The_layout_and_its_checksum_are_those_of_tmux() =>
        Assert.Equal("2234,200x50,0,0[200x25,0,0,1,200x11,0,26,2,200x12,0,38,3]", Layout(200, 50, 1, 2, 3));

    [LinuxFact]
    public void The_upper_half_is_the_sessions_and_the_rest_is_shared_to_the_last_line()
    {
        foreach (var height in new[] { 5, 24, 39, 50, 51 })
        {
            foreach (var panes in Enumerable.Range(2, 4))
            {
                var layout = Layout(80, height, [.. Enumerable.Range(7, panes)]);
                if (height - (height / 2) - 1 - (panes - 2) < panes - 1)
                {
                    Assert.Equal(string.Empty, layout);
                    continue;
                }

                var heights = layout.Split('[')[1].TrimEnd(']').Split(',').Where(part => part.StartsWith("80x", StringComparison.Ordinal))
                    .Select(part => int.Parse(part[3..], CultureInfo.InvariantCulture)).ToArray();
                Assert.Equal(panes, heights.Length);
                Assert.Equal(height / 2, heights[0]);
                Assert.Equal(height, heights.Sum() + panes - 1);
                Assert.Single(heights[1..^1].Distinct().DefaultIfEmpty());
                Assert.InRange(heights[^1] - heights[1], 0, panes - 2);
            }
        }
    }

    [LinuxFact]
    public void One_pane_needs_none() => Assert.Equal(string.Empty, Layout(200, 50, 1));

    [SupportedOSPlatform("linux")]
    private static string Layout(int width, int height, params int[] panes)
    {
        var words = panes.Select(pane => string.Create(CultureInfo.InvariantCulture, $"%{pane}"));
        var start = new ProcessStartInfo("perl", ["-e", EmbeddedText.Read("console-layout.pl"), string.Empty, "@1", .. Numbers(width, height), .. words])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var perl = Process.Start(start)!;
        var output = perl.StandardOutput.ReadToEnd();
        perl.WaitForExit();
        Assert.Equal(0, perl.ExitCode);
        return output.TrimEnd('\n');
    }

    private static IEnumerable<string> Numbers(params int[] numbers) => numbers.Select(number => number.ToString(CultureInfo.InvariantCulture));
}
