using System.Diagnostics.CodeAnalysis;

namespace Agentworks.Model;

/// <summary>A snapshot with a repository and the results of set-up commands, to fork from.</summary>
public sealed record AgwPreparedSnapshot : AgwSnapshot
{
    [SetsRequiredMembers]
    public AgwPreparedSnapshot(AgwSnapshot snapshot)
        : base(snapshot)
    {
    }

    /// <summary>It was there already, of the same inputs; nothing was done.</summary>
    public bool Reused { get; init; }

    /// <summary>The set-up commands in their order; empty when it was reused.</summary>
    public IReadOnlyList<AgwPreparationStep> StepResults { get; init; } = [];
}
