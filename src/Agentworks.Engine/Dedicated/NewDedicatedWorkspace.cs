namespace Agentworks.Dedicated;

/// <summary>A workspace with a machine of its own; null sizes are <see cref="DedicatedDefaults"/>.</summary>
public sealed record NewDedicatedWorkspace
{
    public required string Name { get; init; }
    public string? Platform { get; init; }

    /// <summary>Name of an image of the platform; its default when null.</summary>
    public string? Image { get; init; }

    public int? Cpus { get; init; }
    public int? MemoryMiB { get; init; }
    public int? DiskGiB { get; init; }
    public bool AllowInternet { get; init; }

    public string? Template { get; init; }

    /// <summary>An http(s), ssh or git URL, cloned by the machine; or a folder of the operator's computer, sent as a bundle.</summary>
    public string? Repository { get; init; }

    public string? Branch { get; init; }

    /// <summary>Fail rather than wait for the rate limit.</summary>
    public bool NoWait { get; init; }
}
