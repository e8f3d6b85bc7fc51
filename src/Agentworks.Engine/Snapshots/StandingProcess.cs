using System.Globalization;
using Agentworks.Errors;

namespace Agentworks.Snapshots;

/// <summary>A process that stands in a workspace's folder or holds something open there.</summary>
/// <param name="Pid">0: nobody knows which.</param>
/// <param name="User">Whose.</param>
/// <param name="Program">As the kernel calls it.</param>
/// <param name="Session">The session that it belongs to; null for none.</param>
internal sealed record StandingProcess(int Pid, string User, string Program, string? Session)
{
    private const string Prefix = "agentworks-session@";
    private const string Suffix = ".service";

    /// <summary>Lines "inside PID USER PROGRAM UNIT".</summary>
    public static IReadOnlyList<StandingProcess> ParseAll(string text) =>
        [.. text.Split('\n').Select(line => line.Split(' ')).Where(words => words.Length >= 5 && words[0] == "inside").Select(words => new StandingProcess(
            int.Parse(words[1], CultureInfo.InvariantCulture),
            words[2],
            string.Join(' ', words[3..^1]),
            words[^1].StartsWith(Prefix, StringComparison.Ordinal) ? words[^1][Prefix.Length..^Suffix.Length] : null))];

    public static HasDependentsException Refuse(string workspace, IReadOnlyList<StandingProcess> inside, string command)
    {
        var sessions = inside.Select(one => one.Session).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var others = inside.Where(one => one.Session is null && one.Pid > 0).Select(one => $"{ShownName.Of(one.Program)} ({one.Pid}, of {one.User})").ToArray();
        var what = new List<string>();
        if (sessions.Length > 0)
        {
            what.Add($"sessions {string.Join(", ", sessions)}");
        }

        if (others.Length > 0)
        {
            what.Add($"processes {string.Join(", ", others.Take(10))}{(others.Length > 10 ? $" and {others.Length - 10} more" : string.Empty)}");
        }

        return new HasDependentsException($"In workspace '{workspace}' stand {(what.Count == 0 ? "processes or mounts" : string.Join(" and ", what))}.")
        {
            Target = workspace,
            Recommendation = $"{(sessions.Length > 0 ? $"Stop-AgwSession {string.Join(", ", sessions)}; or " : string.Empty)}{command}",
        };
    }
}
