namespace Agentworks.Workspaces;

/// <summary>A workspace to move: to <see cref="Path"/> on its machine, or to <see cref="Vm"/>.</summary>
public sealed record MoveWorkspace
{
    public required string Name { get; init; }

    /// <summary>Absolute; null when it goes to another machine.</summary>
    public string? Path { get; init; }

    /// <summary>Null when it stays on its machine.</summary>
    public string? Vm { get; init; }

    /// <summary>How long sessions that run there have to end by themselves; null: sessions that run are an error.</summary>
    public TimeSpan? StopSessions { get; init; }
}
