using System.Globalization;

namespace Agentworks.Tests.EndToEnd.Network;

/// <summary>What probes.pl is told and says. A probe is a kind and what it needs, with whether it should get through.</summary>
internal static class ProbeProgram
{
    // As soon as it is answered it ends: the limit only keeps a broken test from running for ever.
    private const int OpenSeconds = 60;

    public static Task<string> ReadAsync() => File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Network", "probes.pl"));

    /// <param name="probes">All that are made at once.</param>
    /// <param name="shutSeconds">How long one that should not get through is given to do so all the same.</param>
    public static string Input(IReadOnlyList<(string Text, bool Open)> probes, int shutSeconds) =>
        string.Concat(probes.Select((probe, i) => string.Create(CultureInfo.InvariantCulture, $"{i} {(probe.Open ? OpenSeconds : shutSeconds)} {probe.Text}\n")));

    /// <summary>What came of each, in order.</summary>
    public static IReadOnlyList<string> Answers(string output, int count)
    {
        var answers = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', 2)).ToDictionary(words => int.Parse(words[0], CultureInfo.InvariantCulture), words => words[1]);
        return [.. Enumerable.Range(0, count).Select(i => answers.GetValueOrDefault(i, "lost"))];
    }
}
