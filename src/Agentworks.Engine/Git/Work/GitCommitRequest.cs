namespace Agentworks.Git.Work;

/// <summary>A commit to make.</summary>
public sealed record GitCommitRequest
{
    public required string Message { get; init; }

    /// <summary>Everything that is changed or new, not only what is staged.</summary>
    public bool All { get; init; }

    /// <summary>"Name &lt;address&gt;"; null: as git or the operator's own git says.</summary>
    public string? Author { get; init; }

    /// <summary>Let the repository's hooks run.</summary>
    public bool RunHooks { get; init; }
}
