namespace Agentworks.Model;

/// <summary>A line of a log of a machine, as it was written: it may hold whatever was printed there.</summary>
public sealed record AgwLogLine
{
    public required string Vm { get; init; }
    public required MachineLog Source { get; init; }

    /// <summary>When it was written; null where the log does not say.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    public required string Line { get; init; }

    public override string ToString() => Line;
}
