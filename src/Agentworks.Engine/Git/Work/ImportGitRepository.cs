namespace Agentworks.Git.Work;

/// <summary>A repository to bring into workspaces.</summary>
public sealed record ImportGitRepository
{
    /// <summary>What the machine clones, or a folder of the operator's computer.</summary>
    public required string Url { get; init; }

    /// <summary>Null: the one that the repository has checked out.</summary>
    public string? Branch { get; init; }

    /// <summary>Only so many of the newest commits.</summary>
    public int? Depth { get; init; }

    /// <summary>For this one clone; null: what the machine's admin holds or the configuration knows.</summary>
    public string? UserName { get; init; }

    /// <summary>Goes with <see cref="UserName"/>; never recorded and never left behind.</summary>
    public string? Password { get; init; }
}
