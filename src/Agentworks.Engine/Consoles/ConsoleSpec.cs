using System.Globalization;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.State.Rows;

namespace Agentworks.Consoles;

/// <summary>A session for a console and how many shells to put beside it: "web" or "web+2".</summary>
public sealed record ConsoleSpec(string Session, int ShellCount)
{
    /// <summary>More would not fit below each other into a window of usual height.</summary>
    public const int MaxShells = 20;

    /// <exception cref="InvalidRequestException">It is neither NAME nor NAME+COUNT.</exception>
    public static ConsoleSpec Parse(string text)
    {
        var parts = text.Split('+');
        if (parts.Length > 2 || parts[0].Length == 0)
        {
            throw Wrong(text, "it must be NAME or NAME+COUNT");
        }

        if (parts.Length == 1)
        {
            return new ConsoleSpec(text, 0);
        }

        return int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= MaxShells
            ? new ConsoleSpec(parts[0], count)
            : throw Wrong(text, $"the count must be a whole number from 0 to {MaxShells}");
    }

    /// <summary>The shells it asks for: the session user's, in the workspace.</summary>
    internal IReadOnlyList<ShellRow> Shells => [.. Enumerable.Range(0, ShellCount).Select(_ => new ShellRow(Identifier.New(), null, Admin: false))];

    private static InvalidRequestException Wrong(string text, string why) => new($"'{text}' names no session for a console: {why}.")
    {
        Target = text,
        Recommendation = "Give a session's name, such as web, or with shells beside it, such as web+2.",
    };
}
