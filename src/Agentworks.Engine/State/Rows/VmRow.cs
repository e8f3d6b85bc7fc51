using Agentworks.Model;

namespace Agentworks.State.Rows;

/// <summary>A machine as recorded: what is wanted of it and what was last applied, never what was merely observed.</summary>
public sealed record VmRow
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string Platform { get; init; }
    public required string Template { get; init; }
    public required LifecycleState State { get; init; }
    public required DesiredPower DesiredPower { get; init; }
    public required string AdminUser { get; init; }
    public required string HostName { get; init; }
    public required string WorkspacesPath { get; init; }
    public int? Cpus { get; init; }
    public int? MemoryMiB { get; init; }
    public int? DiskGiB { get; init; }
    public string? Image { get; init; }

    /// <summary>Name of the registered VM host that it runs on; null: none.</summary>
    public string? VmHost { get; init; }

    /// <summary>Name of the network driver through which it is reached.</summary>
    public string Network { get; init; } = "direct";

    /// <summary>The network driver's own record, opaque here; "{}" until the machine has joined.</summary>
    public string NetworkData { get; init; } = "{}";

    /// <summary>JSON object of <see cref="Platforms.MachineSpec.Options"/>.</summary>
    public string OptionsJson { get; init; } = "{}";

    /// <summary>The platform's own record, opaque here.</summary>
    public string PlatformData { get; init; } = "{}";

    public string? WorkspaceStore { get; init; }

    /// <summary>Names of the initialization steps that failed, one a line; empty for none.</summary>
    public string FailedSteps { get; init; } = string.Empty;

    /// <summary>SHA-256 of what the last initialization applied, to name drift of the declaration.</summary>
    public string? AppliedHash { get; init; }

    /// <summary>It was suspended on purpose and not resumed yet.</summary>
    public bool Suspended { get; init; }

    /// <summary>It belongs to one dedicated workspace, or is kept ready for one.</summary>
    public bool Dedicated { get; init; }

    /// <summary>JSON of <see cref="Platforms.NetworkRules"/>: what it may reach, as wanted; null: nothing was ever said.</summary>
    public string? NetworkRulesJson { get; init; }

    public DateTimeOffset Created { get; init; }
}
