namespace Agentworks.Model;

/// <summary>A git repository in a workspace.</summary>
public sealed record AgwGitRepository
{
    public required string Workspace { get; init; }
    public required string Vm { get; init; }

    /// <summary>The agent who owns it; null: the workspace's own user.</summary>
    public string? Agent { get; init; }

    /// <summary>From the workspace's root; "." for the root itself.</summary>
    public required string Path { get; init; }

    /// <summary>Where it came from, without secrets; null for none.</summary>
    public string? Url { get; init; }

    /// <summary>What is checked out; null for a commit alone.</summary>
    public string? Branch { get; init; }

    /// <summary>At HEAD; null in an empty repository.</summary>
    public string? Commit { get; init; }

    public override string ToString() => Path == "." ? Workspace : $"{Workspace}:{Path}";
}
