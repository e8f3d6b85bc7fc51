namespace Agentworks.Model;

/// <summary>A Linux machine (Debian 12) on a platform, as the operator sees it.</summary>
public sealed record AgwVm
{
    public required string Name { get; init; }

    /// <summary>Never changes and is never reused; also the HostKeyAlias under which the host key is pinned.</summary>
    public required string Id { get; init; }

    public required string Platform { get; init; }

    /// <summary>What was observed just now; <see cref="VmStatus.Unknown"/> when the machine could not be asked.</summary>
    public VmStatus Status { get; init; }

    /// <summary>How far making it has come, from the operator's own records.</summary>
    public required LifecycleState State { get; init; }

    /// <summary>What the operator asked for last: nothing boots a machine that was stopped on purpose.</summary>
    public required DesiredPower DesiredPower { get; init; }

    public required string Template { get; init; }
    public required string AdminUser { get; init; }

    /// <summary>The machine's own host name.</summary>
    public required string HostName { get; init; }

    /// <summary>How the operator reaches it: direct, by its platform's own address, or tailscale.</summary>
    public string Network { get; init; } = "direct";

    /// <summary>Where the operator reaches it; null for a machine of this computer, and for one that is not recorded in full.</summary>
    public string? Address { get; init; }

    public int? Cpus { get; init; }
    public int? MemoryMiB { get; init; }

    /// <summary>The same in GiB.</summary>
    public double? MemoryGiB => MemoryMiB / 1024.0;

    /// <summary>It was suspended on purpose: nothing runs there until it is resumed.</summary>
    public bool Suspended { get; init; }

    /// <summary>It belongs to the dedicated workspace of the same name, or is kept ready for one.</summary>
    public bool Dedicated { get; init; }

    /// <summary>It waits in a pool for a workspace.</summary>
    public bool InPool { get; init; }

    public int? DiskGiB { get; init; }

    /// <summary>Which copy-on-write store holds the workspaces: btrfs, reflink or plain; null before initialization.</summary>
    public string? WorkspaceStore { get; init; }

    /// <summary>The steps of initialization that failed without stopping it.</summary>
    public IReadOnlyList<string> FailedSteps { get; init; } = [];

    /// <summary>Whether the configuration declares something else for it than was applied last; Initialize-AgwVm applies it.</summary>
    public bool ConfigChanged { get; init; }

    public int WorkspaceCount { get; init; }
    public int AgentCount { get; init; }
    public int SessionCount { get; init; }
    /// <summary>What the machine says of itself; null unless it was asked for.</summary>
    public AgwVmDetail? Detail { get; init; }

    public required DateTimeOffset Created { get; init; }

    public override string ToString() => Name;
}
