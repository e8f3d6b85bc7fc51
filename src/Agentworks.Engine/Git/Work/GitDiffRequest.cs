namespace Agentworks.Git.Work;

/// <summary>What to compare.</summary>
public sealed record GitDiffRequest
{
    /// <summary>What the next commit holds, rather than what is not staged.</summary>
    public bool Staged { get; init; }

    /// <summary>The files and their numbers alone.</summary>
    public bool Stat { get; init; }

    /// <summary>Files that git does not know yet, as added.</summary>
    public bool IncludeUntracked { get; init; }

    /// <summary>A commit, branch or tag to compare with.</summary>
    public string? Against { get; init; }

    /// <summary>Only these files, from the folder at hand; git's patterns.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>How much of the patch to keep.</summary>
    public int MaxBytes { get; init; } = 65536;
}
