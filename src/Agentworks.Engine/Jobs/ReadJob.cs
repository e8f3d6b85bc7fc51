namespace Agentworks.Jobs;

/// <summary>How to read what jobs have written.</summary>
public sealed record ReadJob
{
    /// <summary>From the beginning, rather than from where the operator was left.</summary>
    public bool All { get; init; }

    /// <summary>Hold, and go on until all of them have ended.</summary>
    public bool Follow { get; init; }

    /// <summary>Only so many of the last lines of what is there; null for all.</summary>
    public int? Tail { get; init; }
}
