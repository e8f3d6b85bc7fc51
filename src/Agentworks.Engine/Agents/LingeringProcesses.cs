using System.Globalization;

namespace Agentworks.Agents;

/// <summary>The agent's processes that a revoke found: see <see cref="RevokeOutcome"/> for the three kinds.</summary>
public sealed record LingeringProcesses(IReadOnlyList<int> Inside, IReadOnlyList<int> Hidden, IReadOnlyList<int> Holders)
{
    public static readonly LingeringProcesses None = new([], [], []);

    /// <summary>Reads what access-holders.pl writes: a word and a process id a line.</summary>
    internal static LingeringProcesses Parse(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
            .Where(words => words.Length == 2).ToLookup(words => words[0], words => int.Parse(words[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
        return new LingeringProcesses([.. lines["inside"]], [.. lines["hidden"]], [.. lines["holder"]]);
    }
}
