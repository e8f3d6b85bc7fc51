namespace Agentworks.Model;

/// <summary>A saved state of a workspace. Restoring one destroys no other; forks are made from it.</summary>
public record AgwSnapshot
{
    public required string Id { get; init; }

    /// <summary>Unique in its workspace.</summary>
    public required string Name { get; init; }

    public required string Workspace { get; init; }
    public required string Vm { get; init; }

    /// <summary>Name of the snapshot that the workspace's files came from when this one was made; null for none.</summary>
    public string? Parent { get; init; }

    public required SnapshotScope Scope { get; init; }

    /// <summary>btrfs, reflink, copy or qcow2: how it is kept.</summary>
    public required string Provider { get; init; }

    public required LifecycleState State { get; init; }

    /// <summary>Whether it holds the machine's memory too.</summary>
    public bool HasMemory { get; init; }

    /// <summary>What removing it would free; null where nobody has measured, or the file system cannot tell.</summary>
    public long? UsedBytes { get; init; }

    /// <summary>All that can be read in it; null where nobody has measured.</summary>
    public long? ReferencedBytes { get; init; }

    /// <summary>Names of the workspaces that were forked from it and still need it.</summary>
    public IReadOnlyList<string> Forks { get; init; } = [];

    /// <summary>The commit at HEAD in the repository at the workspace's root; null without one.</summary>
    public string? HeadCommit { get; init; }

    /// <summary>Whether the workspace's files came from it last, by making or restoring it.</summary>
    public bool Current { get; init; }

    public required DateTimeOffset Created { get; init; }

    public sealed override string ToString() => Name;
}
