namespace Agentworks.Model;

/// <summary>One declared thing on a machine, looked at and not touched.</summary>
public sealed record AgwStateCheck
{
    /// <summary>One of <see cref="EntityKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The machine, workspace or agent that was looked at.</summary>
    public required string Name { get; init; }

    public required string Vm { get; init; }

    /// <summary>The step of initialization that would make it so.</summary>
    public required string Check { get; init; }

    public required DriftStatus Status { get; init; }
    public string? Detail { get; init; }

    public override string ToString() => $"{Name}: {Check} {Status}";
}
