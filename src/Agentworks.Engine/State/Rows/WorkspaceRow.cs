using Agentworks.Model;

namespace Agentworks.State.Rows;

/// <summary>A workspace as recorded.</summary>
public sealed record WorkspaceRow
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string VmId { get; init; }
    public required WorkspaceIsolation Isolation { get; init; }
    public required LifecycleState State { get; init; }
    public required string Template { get; init; }
    public required string Path { get; init; }
    public required string LinuxGroup { get; init; }
    public string? Repository { get; init; }
    public string? Branch { get; init; }
    public string? Store { get; init; }

    /// <summary>Name of the workspace that it is a copy of; null: it is none.</summary>
    public string? CopiedFrom { get; init; }

    /// <summary>
    /// While it moves: a second place where it or a part of it may lie. Where <see cref="Path"/> is gone and this is there, this is it;
    /// else what is here is to be removed.
    /// </summary>
    public string? OtherPath { get; init; }

    /// <summary>The machine of <see cref="OtherPath"/>.</summary>
    public string? OtherVmId { get; init; }

    /// <summary>Name of the workspace that it is a fork of, also when that is gone; null: of none.</summary>
    public string? ParentWorkspace { get; init; }

    /// <summary>Name of the snapshot that it is a fork of.</summary>
    public string? ParentSnapshot { get; init; }

    /// <summary>That snapshot as long as the fork needs it: it cannot be removed before.</summary>
    public string? ParentSnapshotId { get; init; }

    /// <summary>The commit at HEAD when it was forked, in the repository at its root; 40 hex digits.</summary>
    public string? ForkPoint { get; init; }

    /// <summary>The snapshot that its files came from last, by making or restoring one.</summary>
    public string? AtSnapshotId { get; init; }

    /// <summary>The user id that its files have on disk, where a mapped mount shows them as its own user's; null: they are its user's.</summary>
    public int? DiskOwner { get; init; }

    /// <summary>Its machine had been kept ready.</summary>
    public bool FromPool { get; init; }

    /// <summary>How long it took until its first command could run, in milliseconds.</summary>
    public int? ReadyMilliseconds { get; init; }

    public DateTimeOffset Created { get; init; }
}
