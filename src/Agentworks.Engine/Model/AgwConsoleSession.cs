namespace Agentworks.Model;

/// <summary>A session in a console, with the shells beside it.</summary>
public sealed record AgwConsoleSession
{
    public required string Console { get; init; }
    public required string Session { get; init; }
    public required string Workspace { get; init; }

    /// <summary>The agent that the session runs as; null for a session of the admin.</summary>
    public string? Agent { get; init; }

    /// <summary>In the order of their panes, which come after that of the session.</summary>
    public required IReadOnlyList<AgwConsoleShell> Shells { get; init; }

    public override string ToString() => Shells.Count == 0 ? Session : $"{Session}+{Shells.Count}";
}
