namespace Agentworks.Dedicated;

/// <summary>How many machines of an image are to be kept ready; null sizes are <see cref="DedicatedDefaults"/>.</summary>
public sealed record NewWorkspacePool
{
    public string? Image { get; init; }
    public required int Count { get; init; }
    public string? Platform { get; init; }
    public int? Cpus { get; init; }
    public int? MemoryMiB { get; init; }
    public int? DiskGiB { get; init; }
}
