using Agentworks.Platforms;

namespace Agentworks.Model;

/// <summary>A named place where work happens: on a shared machine, a directory and its Linux group.</summary>
public sealed record AgwWorkspace
{
    public required string Name { get; init; }
    public required string Id { get; init; }
    public required string Vm { get; init; }
    public required WorkspaceIsolation Isolation { get; init; }
    public required LifecycleState State { get; init; }

    /// <summary>Absolute path on the machine.</summary>
    public required string Path { get; init; }

    /// <summary>The Linux group whose members may enter.</summary>
    public required string Group { get; init; }

    /// <summary>btrfs, reflink or plain: how a snapshot of this workspace would be taken.</summary>
    public string? Store { get; init; }

    public required string Template { get; init; }

    /// <summary>Where the files were cloned from, without credentials; null for an empty workspace.</summary>
    public string? Repository { get; init; }

    public string Platform { get; init; } = string.Empty;

    /// <summary>What its machine was made from; null: the platform's default.</summary>
    public string? Image { get; init; }

    /// <summary>The size of its own machine; null for a shared one.</summary>
    public int? Cpus { get; init; }
    public int? MemoryMiB { get; init; }
    public int? DiskGiB { get; init; }

    /// <summary>The workspace and the snapshot that it is a fork of, also when they are gone; null for none.</summary>
    public string? ParentWorkspace { get; init; }
    public string? ParentSnapshot { get; init; }

    /// <summary>The commit at HEAD when it was forked.</summary>
    public string? ForkPoint { get; init; }

    /// <summary>How many snapshots it has, and the one that its files came from last; null for none.</summary>
    public int SnapshotCount { get; init; }
    public string? CurrentSnapshot { get; init; }

    /// <summary>Its machine had been kept ready in a pool.</summary>
    public bool FromPool { get; init; }

    /// <summary>How long it took until its first command could run; null where nobody measured.</summary>
    public TimeSpan? ReadyTime { get; init; }

    /// <summary>What stands between its machine and this computer; null where the platform is not known.</summary>
    public MachineBoundary? Boundary { get; init; }

    /// <summary>Whether its machine runs, when it has one of its own and was asked; null otherwise.</summary>
    public VmStatus? Status { get; init; }

    /// <summary>Its machine carries our mark, and there is no record of it; Register-AgwWorkspace makes one.</summary>
    public bool Orphaned { get; init; }

    public IReadOnlyList<string> Agents { get; init; } = [];
    public int SessionCount { get; init; }

    /// <summary>Jobs that are recorded, running or not.</summary>
    public int JobCount { get; init; }

    public required DateTimeOffset Created { get; init; }

    public override string ToString() => Name;
}
