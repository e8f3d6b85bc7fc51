using Agentworks.Errors;

namespace Agentworks.Consoles;

/// <summary>The order of a console's members.</summary>
internal static class ConsoleOrder
{
    /// <summary>The members with those in <paramref name="first"/> in front, in that order; the rest keep theirs.</summary>
    /// <exception cref="InvalidRequestException">None or one twice is named.</exception>
    /// <exception cref="NotFoundException">One is no member.</exception>
    public static IReadOnlyList<string> Reorder(string console, IReadOnlyList<string> members, IReadOnlyList<string> first)
    {
        if (first.Count == 0)
        {
            throw new InvalidRequestException("No session is named.") { Target = console, Recommendation = $"Get-AgwConsole {console} shows its sessions." };
        }

        RequireOnce(first);
        foreach (var name in first.Where(name => !members.Contains(name, StringComparer.Ordinal)))
        {
            throw NotMember(console, name);
        }

        return [.. first, .. members.Except(first, StringComparer.Ordinal)];
    }

    public static void RequireOnce(IEnumerable<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names.Where(name => !seen.Add(name)))
        {
            throw new InvalidRequestException($"Session '{name}' is named twice.") { Target = name, Recommendation = "Name each session once." };
        }
    }

    public static NotFoundException NotMember(string console, string session) =>
        new($"Console '{console}': session", session) { Target = session, Recommendation = $"(Get-AgwConsole {console}).Sessions lists its sessions." };
}
