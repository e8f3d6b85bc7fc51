namespace Agentworks.Git.Work;

/// <summary>A branch to send.</summary>
public sealed record GitPushRequest
{
    /// <summary>Null: the branch's own, or origin.</summary>
    public string? Remote { get; init; }

    /// <summary>Null: the one that is checked out.</summary>
    public string? Branch { get; init; }

    public bool SetUpstream { get; init; }

    /// <summary>Replace what the remote has, if that is still what was last seen of it.</summary>
    public bool Force { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(120);
}
