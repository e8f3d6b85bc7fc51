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
    public int? MemoryMiB { get; init; }
    public int? DiskGiB { get; init; }
    public string? Image { get; init; }

    /// <summary>
    /// True for the machine of one dedicated workspace: made of a prepared image, it is ready without bootstrap and initialization, can be
    /// snapshot and forked, and reaches nothing but what <see cref="Network"/> allows.
    /// </summary>
    public bool Dedicated { get; init; }

    /// <summary>What it may reach from its first instant; null for a machine that is not <see cref="Dedicated"/>.</summary>
    public NetworkRules? Network { get; init; }

    /// <summary>For a dedicated machine: the public keys that let the admin in, one line of authorized_keys each.</summary>
    public IReadOnlyList<string> AuthorizedKeys { get; init; } = [];

    /// <summary>Absolute path at which the machine's workspaces will live, so that a platform can put a copy-on-write store there.</summary>
    public required string WorkspacesPath { get; init; }

    /// <summary>What only one platform understands, such as the address of an existing machine: ssh uses "host", "port", "user", "key", "accept-new".</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
