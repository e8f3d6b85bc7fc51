using Agentworks.Model;

namespace Agentworks.State.Rows;

/// <summary>A snapshot as recorded.</summary>
public sealed record SnapshotRow
{
    public required string Id { get; init; }

    /// <summary>Unique in its workspace.</summary>
    public required string Name { get; init; }

    public required string WorkspaceId { get; init; }

    /// <summary>The snapshot that the workspace's files came from when this one was made.</summary>
    public string? ParentId { get; init; }

    public required SnapshotScope Scope { get; init; }

    /// <summary>Creating, Ready or Removing.</summary>
    public required LifecycleState State { get; init; }

    /// <summary>How it is kept; empty until it is made.</summary>
    public string Provider { get; init; } = string.Empty;

    public bool HasMemory { get; init; }

    /// <summary>The provider's own record, opaque to everyone else.</summary>
    public string Data { get; init; } = "{}";

    public string? HeadCommit { get; init; }

    /// <summary>What a prepared snapshot was made of; null for others.</summary>
    public string? InputsHash { get; init; }

    public DateTimeOffset Created { get; init; }
}
