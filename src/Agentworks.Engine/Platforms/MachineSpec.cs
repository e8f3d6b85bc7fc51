namespace Agentworks.Platforms;

/// <summary>A machine to make. Null sizes are the platform's own.</summary>
public sealed record MachineSpec
{
    /// <summary>Lower-case letters and digits, at most 16; unique for all time.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }
    public required string HostName { get; init; }

    /// <summary>Marks everything made for it as this installation's.</summary>
    public required string OwnerTag { get; init; }

    public int? Cpus { get; init; }
    public int? MemoryGiB { get; init; }
    public int? DiskGiB { get; init; }
    public string? Image { get; init; }

    /// <summary>Absolute path at which the machine's workspaces will live, so that a platform can put a copy-on-write store there.</summary>
    public required string WorkspacesPath { get; init; }

    /// <summary>What only one platform understands, such as the address of an existing machine: ssh uses "host", "port", "user", "key", "accept-new".</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
