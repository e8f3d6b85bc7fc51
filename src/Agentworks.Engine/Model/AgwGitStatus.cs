namespace Agentworks.Model;

/// <summary>How a repository's files stand to its last commit. Paths are from the repository's root.</summary>
public sealed record AgwGitStatus
{
    public required string Workspace { get; init; }
    public required string Vm { get; init; }
    public string? Agent { get; init; }

    /// <summary>From the workspace's root; "." for the root itself.</summary>
    public required string Path { get; init; }

    /// <summary>What is checked out; null for a commit alone.</summary>
    public string? Branch { get; init; }

    /// <summary>At HEAD; null before the first commit.</summary>
    public string? Commit { get; init; }

    /// <summary>The branch that this one follows; null for none.</summary>
    public string? Upstream { get; init; }

    /// <summary>Commits that the upstream lacks; null when there is none to compare with.</summary>
    public int? Ahead { get; init; }

    /// <summary>Commits of the upstream, as last fetched, that are not here.</summary>
    public int? Behind { get; init; }

    /// <summary>What the next commit changes. A file that was changed again since is among <see cref="Modified"/> too.</summary>
    public required IReadOnlyList<string> Staged { get; init; }

    /// <summary>Changed or deleted, and not staged.</summary>
    public required IReadOnlyList<string> Modified { get; init; }

    /// <summary>Unknown to git; a folder of nothing else ends in a slash.</summary>
    public required IReadOnlyList<string> Untracked { get; init; }

    public required IReadOnlyList<string> Conflicted { get; init; }
    public required IReadOnlyList<AgwGitRename> Renamed { get; init; }

    public bool IsDirty => Staged.Count + Modified.Count + Untracked.Count + Conflicted.Count > 0;

    public override string ToString() => Path == "." ? Workspace : $"{Workspace}:{Path}";
}
