namespace Agentworks.Backups;

/// <summary>A backup to restore.</summary>
public sealed record RestoreVm
{
    /// <summary>The backup's folder.</summary>
    public required string Path { get; init; }

    /// <summary>An empty machine that is there; null: one is made.</summary>
    public string? Vm { get; init; }

    /// <summary>Of the machine to make; null: as it was called.</summary>
    public string? Name { get; init; }

    /// <summary>Of the machine to make; null: as it was.</summary>
    public string? Platform { get; init; }

    /// <summary>Of the machine to make; null: as it was.</summary>
    public string? Template { get; init; }

    /// <summary>Put before and after the name of each workspace, agent, session and console.</summary>
    public string NamePrefix { get; init; } = string.Empty;

    /// <inheritdoc cref="NamePrefix"/>
    public string NameSuffix { get; init; } = string.Empty;
}
