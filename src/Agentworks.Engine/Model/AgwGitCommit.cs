namespace Agentworks.Model;

/// <summary>A commit that was made.</summary>
public sealed record AgwGitCommit
{
    public required string Workspace { get; init; }
    public required string Vm { get; init; }
    public string? Agent { get; init; }

    /// <summary>Of the repository, from the workspace's root; "." for the root itself.</summary>
    public required string Path { get; init; }

    public required string Sha { get; init; }
    public required string ShortSha { get; init; }

    /// <summary>Null when no branch is checked out.</summary>
    public string? Branch { get; init; }

    public required string Subject { get; init; }

    /// <summary>Name and address.</summary>
    public required string Author { get; init; }

    public required int FilesChanged { get; init; }

    public override string ToString() => $"{ShortSha} {Subject}";
}
