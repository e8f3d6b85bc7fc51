namespace Agentworks.Model;

/// <summary>What differs in a repository.</summary>
public sealed record AgwGitDiff
{
    public required string Workspace { get; init; }
    public required string Vm { get; init; }
    public string? Agent { get; init; }

    /// <summary>From the workspace's root; "." for the root itself.</summary>
    public required string Path { get; init; }

    public required IReadOnlyList<AgwGitDiffFile> Files { get; init; }

    /// <summary>As git writes it; null when only the files were asked for.</summary>
    public string? Patch { get; init; }

    /// <summary>There is more than is told: of the patch, or of a very long list of files.</summary>
    public bool Truncated { get; init; }

    /// <summary>Lines of all files together.</summary>
    public long Added => Files.Sum(file => (long)(file.Added ?? 0));
    public long Deleted => Files.Sum(file => (long)(file.Deleted ?? 0));

    public override string ToString() => Patch ?? string.Join('\n', Files);
}
