namespace Agentworks.Model;

/// <summary>A shell beside a session in a console.</summary>
public sealed record AgwConsoleShell
{
    public required string Console { get; init; }
    public required string Session { get; init; }

    /// <summary>From 0, in the order of the panes.</summary>
    public required int Index { get; init; }

    /// <summary>Relative to the workspace; null for the workspace itself.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The machine's admin's, not that of the session's own user.</summary>
    public required bool Admin { get; init; }

    public override string ToString() => $"{(Admin ? "admin" : "user")}:{WorkingDirectory ?? "."}";
}
