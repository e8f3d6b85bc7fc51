namespace Agentworks.Model;

/// <summary>What was made of a backup, by the names that it has now.</summary>
public sealed record AgwVmRestore
{
    public required string Vm { get; init; }

    /// <summary>The backup's folder.</summary>
    public required string Path { get; init; }

    public required IReadOnlyList<string> Workspaces { get; init; }
    public required IReadOnlyList<string> Agents { get; init; }

    /// <summary>They are stopped.</summary>
    public required IReadOnlyList<string> Sessions { get; init; }

    public required IReadOnlyList<string> Consoles { get; init; }
    public required TimeSpan Duration { get; init; }

    public override string ToString() => Vm;
}
