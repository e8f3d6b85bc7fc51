namespace Agentworks.Model;

/// <summary>What a machine says of itself, and what lives on it. What it could not be asked is null.</summary>
public sealed record AgwVmDetail
{
    /// <summary>Cpu, Memory, Swap, Disk (the root file system) and Workspaces (the file system of the workspaces).</summary>
    public required IReadOnlyList<AgwVmResource> Resources { get; init; }

    /// <summary>Whether the platform holds the machine to what is provisioned. If not, what is present and used may be that of the computer it runs on.</summary>
    public required bool SizeEnforced { get; init; }

    /// <summary>Load averages over 1, 5 and 15 minutes.</summary>
    public IReadOnlyList<double>? Load { get; init; }

    public TimeSpan? Uptime { get; init; }
    public string? BootId { get; init; }
    public string? Kernel { get; init; }
    public string? OperatingSystem { get; init; }

    /// <summary>Its addresses, without those of loopback and single links.</summary>
    public IReadOnlyList<string>? Addresses { get; init; }

    public required IReadOnlyList<string> Workspaces { get; init; }
    public required IReadOnlyList<string> Agents { get; init; }
    public required IReadOnlyList<string> Sessions { get; init; }
}
