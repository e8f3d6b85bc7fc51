namespace Agentworks.Snapshots;

/// <summary>A snapshot to bring a workspace back to.</summary>
public sealed record RestoreSnapshot
{
    public required string Workspace { get; init; }

    public required string Name { get; init; }

    /// <summary>Then remove the snapshots that came after it on its line, unless forks need them.</summary>
    public bool RemoveNewer { get; init; }

    /// <summary>Before, make a snapshot of what is there now.</summary>
    public bool Checkpoint { get; init; }

    /// <summary>How long sessions and processes that stand in it have to end by themselves; null: they are an error.</summary>
    public TimeSpan? Stop { get; init; }
}
