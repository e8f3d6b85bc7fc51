using Agentworks.Model;

namespace Agentworks.Git.Work;

/// <summary>Workspaces whose work is to get into another.</summary>
public sealed record MergeWorkspaces
{
    /// <summary>One after the other, in this order.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    public required string Into { get; init; }
    public MergeStrategy Strategy { get; init; } = MergeStrategy.Sequential;

    /// <summary>Of the repository, in all of them; null for their roots.</summary>
    public string? Path { get; init; }

    /// <summary>Of merge commits; null: one that names source and target.</summary>
    public string? Message { get; init; }

    /// <summary>Take a snapshot of the target first.</summary>
    public bool Checkpoint { get; init; }

    /// <summary>Commit what is in no commit in the sources first.</summary>
    public bool IncludeUncommitted { get; init; }

    /// <summary>Only say what would come of it.</summary>
    public bool Preview { get; init; }
}
