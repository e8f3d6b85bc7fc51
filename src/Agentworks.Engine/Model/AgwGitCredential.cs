namespace Agentworks.Model;

/// <summary>A token for git that a user of a machine holds. The token itself is nowhere but there.</summary>
public sealed record AgwGitCredential
{
    public required string Name { get; init; }
    public required string Vm { get; init; }

    /// <summary>Null for the machine's admin.</summary>
    public string? Agent { get; init; }

    /// <summary>github, azdo or generic.</summary>
    public required string Kind { get; init; }

    public required string Host { get; init; }

    /// <summary>What a repository's path must begin with; empty: all of the host's.</summary>
    public required string Path { get; init; }

    /// <summary>Whether a list of the configuration brought it; then it goes when it is taken off the list.</summary>
    public required bool FromConfig { get; init; }

    /// <summary>When the server rejected it last; null when it did not, accepted it since, or the machine could not be asked.</summary>
    public DateTimeOffset? Rejected { get; init; }

    public required DateTimeOffset Created { get; init; }

    public override string ToString() => Name;
}
