namespace Agentworks.Model;

/// <summary>What dedicated machines are made of.</summary>
public sealed record AgwImage
{
    public required string Name { get; init; }
    public required string Platform { get; init; }

    /// <summary>Stands for everything that decides what is in it: another key is another content.</summary>
    public required string Key { get; init; }

    public long SizeBytes { get; init; }

    /// <summary>Not built here.</summary>
    public bool Imported { get; init; }

    /// <summary>SHA-256 of what was imported; null for one that was built.</summary>
    public string? Digest { get; init; }

    /// <summary>What a machine is made of when nobody says.</summary>
    public bool IsDefault { get; init; }

    /// <summary>How many machines were made of it and are still there.</summary>
    public int MachineCount { get; init; }

    /// <summary>Its packages with their versions; null unless they were asked for.</summary>
    public IReadOnlyList<string>? Packages { get; init; }

    public required DateTimeOffset Created { get; init; }

    public override string ToString() => Name;
}
