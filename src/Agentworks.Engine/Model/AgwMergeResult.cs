namespace Agentworks.Model;

/// <summary>What became of one source of a merge: all of its work is in the target, or none.</summary>
public sealed record AgwMergeResult
{
    public required string Source { get; init; }
    public required string Target { get; init; }
    public required MergeStrategy Strategy { get; init; }
    public required bool Success { get; init; }

    /// <summary>Of the source's; 0 where it has nothing that the target lacks.</summary>
    public int CommitsApplied => Success ? Commits.Count : 0;

    /// <summary>Oldest first; where it did not succeed, what would have come.</summary>
    public IReadOnlyList<AgwMergeCommit> Commits { get; init; } = [];

    /// <summary>Files changed on both sides, or uncommitted in the target, from the repository's root.</summary>
    public IReadOnlyList<string> ConflictedFiles { get; init; } = [];

    /// <summary>The branch in the target that holds the source's work, where one is left.</summary>
    public string? Branch { get; init; }

    /// <summary>The target's commit afterwards.</summary>
    public string? Commit { get; init; }

    /// <summary>Files of the source that are in no commit, and so were left out.</summary>
    public int UncommittedFiles { get; init; }

    /// <summary>The snapshot of the target from before.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>Nothing was changed; this is what would have been.</summary>
    public bool Preview { get; init; }

    /// <summary>Why not; null when it succeeded.</summary>
    public string? Error { get; init; }

    public override string ToString() => $"{Source} into {Target}";
}
