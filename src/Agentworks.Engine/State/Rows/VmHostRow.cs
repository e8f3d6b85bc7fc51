namespace Agentworks.State.Rows;

/// <summary>A registered VM host.</summary>
public sealed record VmHostRow
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string Address { get; init; }
    public string? System { get; init; }
    public DateTimeOffset Created { get; init; }
}
