namespace Agentworks.Model;

/// <summary>Machines that are kept ready for dedicated workspaces.</summary>
public sealed record AgwWorkspacePool
{
    public required string Image { get; init; }
    public required string Platform { get; init; }

    /// <summary>How many are to be ready.</summary>
    public required int Count { get; init; }

    /// <summary>How many have booted and wait.</summary>
    public int Ready { get; init; }

    /// <summary>How many are being made, or were left half made.</summary>
    public int Starting { get; init; }

    public int? Cpus { get; init; }
    public int? MemoryMiB { get; init; }
    public int? DiskGiB { get; init; }
    public required DateTimeOffset Created { get; init; }

    public override string ToString() => Image;
}
