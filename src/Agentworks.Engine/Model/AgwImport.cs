namespace Agentworks.Model;

/// <summary>One thing of the state of <c>agw</c> and what becomes of it here.</summary>
public sealed record AgwImport
{
    /// <summary>One of <see cref="EntityKind"/>.</summary>
    public required string Kind { get; init; }

    public required string Name { get; init; }

    /// <summary>The machine it belongs to; null for a VM host.</summary>
    public string? Vm { get; init; }

    public required ImportStatus Status { get; init; }

    /// <summary>What is adopted, or why it is not.</summary>
    public required string Detail { get; init; }

    public override string ToString() => $"{Kind} {Name}";
}
