namespace Agentworks.State.Rows;

/// <summary>A variable that the operator has set for a workspace.</summary>
public sealed record EnvironmentVariableRow
{
    public required string WorkspaceId { get; init; }
    public required string Name { get; init; }

    /// <summary>Null for a secret one, whose value is in the machine's memory only.</summary>
    public string? Value { get; init; }

    public bool Secret => Value is null;
    public DateTimeOffset Created { get; init; }
}
