namespace Agentworks.Model;

/// <summary>What a repair did to one window of a console.</summary>
public sealed record AgwConsoleRepair
{
    public required string Console { get; init; }

    /// <summary>The window: a session's name, or --admin--.</summary>
    public required string Session { get; init; }

    /// <summary>False when nothing was missing.</summary>
    public bool Changed => Repaired.Count > 0;

    /// <summary>What was put back: "window", "session pane", "shell 0", "order of panes".</summary>
    public required IReadOnlyList<string> Repaired { get; init; }

    public override string ToString() => Session;
}
