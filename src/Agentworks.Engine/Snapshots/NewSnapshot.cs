namespace Agentworks.Snapshots;

/// <summary>A snapshot to make.</summary>
public sealed record NewSnapshot
{
    public required string Workspace { get; init; }

    /// <summary>Null: one is made from the time.</summary>
    public string? Name { get; init; }

    /// <summary>Keep the memory of the workspace's own machine too.</summary>
    public bool Memory { get; init; }

    /// <summary>What a prepared snapshot was made of, to be recognized by; null for others.</summary>
    public string? InputsHash { get; init; }
}
