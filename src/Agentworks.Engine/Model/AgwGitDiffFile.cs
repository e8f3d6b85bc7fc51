namespace Agentworks.Model;

/// <summary>One file that differs.</summary>
public sealed record AgwGitDiffFile
{
    /// <summary>From the repository's root.</summary>
    public required string Path { get; init; }

    /// <summary>Its name before, when it was renamed or copied.</summary>
    public string? OldPath { get; init; }

    public required GitChange Status { get; init; }

    /// <summary>Lines; null for a binary file.</summary>
    public int? Added { get; init; }
    public int? Deleted { get; init; }
    public bool IsBinary { get; init; }

    public override string ToString() => OldPath is null ? Path : $"{OldPath} -> {Path}";
}
