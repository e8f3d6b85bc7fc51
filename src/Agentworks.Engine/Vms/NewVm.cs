namespace Agentworks.Vms;

/// <summary>A machine to make; null means: as the template says, else the platform's default.</summary>
public sealed record NewVm
{
    public required string Name { get; init; }
    public string? Platform { get; init; }
    public string? Template { get; init; }
    public string? AdminUser { get; init; }
    public int? Cpus { get; init; }
    public int? MemoryGiB { get; init; }
    public int? DiskGiB { get; init; }

    /// <summary>For platform ssh: address of the existing machine.</summary>
    public string? Address { get; init; }

    /// <summary>For platform ssh: TCP port; 22 when null.</summary>
    public int? Port { get; init; }

    /// <summary>For platform ssh: who may log in and sudo without a password (or root).</summary>
    public string? LoginUser { get; init; }

    /// <summary>For platform ssh: private key file for the first login; the operator's own ssh configuration decides when null.</summary>
    public string? LoginKey { get; init; }

    /// <summary>For platform ssh: trust the host key seen first. Otherwise it must be in the operator's known_hosts.</summary>
    public bool AcceptNewHostKey { get; init; }

    /// <summary>Name of the network driver; null: as the configuration says.</summary>
    public string? Network { get; init; }

    /// <summary>The secret that lets the machine into its network, where that takes one. Never stored.</summary>
    public string? NetworkKey { get; init; }
}
