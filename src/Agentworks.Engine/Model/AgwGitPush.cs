namespace Agentworks.Model;

/// <summary>A branch that was sent to a remote.</summary>
public sealed record AgwGitPush
{
    public required string Workspace { get; init; }
    public required string Vm { get; init; }
    public string? Agent { get; init; }

    /// <summary>Of the repository, from the workspace's root; "." for the root itself.</summary>
    public required string Path { get; init; }

    public required string Remote { get; init; }
    public required string Branch { get; init; }

    /// <summary>What the remote had before, in short where it is not known here; null: no such branch.</summary>
    public string? OldSha { get; init; }

    public required string NewSha { get; init; }

    /// <summary>What the server said, without URLs that hold secrets.</summary>
    public string Output { get; init; } = string.Empty;

    public override string ToString() => $"{Branch} to {Remote}";
}
