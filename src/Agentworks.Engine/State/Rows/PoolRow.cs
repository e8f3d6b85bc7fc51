namespace Agentworks.State.Rows;

/// <summary>Machines that are to be kept ready for dedicated workspaces of one image.</summary>
public sealed record PoolRow
{
    public required string Id { get; init; }
    public required string Platform { get; init; }

    /// <summary>Name of the image.</summary>
    public required string Image { get; init; }

    /// <summary>How many are to be ready.</summary>
    public required int Count { get; init; }

    public int? Cpus { get; init; }
    public int? MemoryMiB { get; init; }
    public int? DiskGiB { get; init; }
    public DateTimeOffset Created { get; init; }
}
