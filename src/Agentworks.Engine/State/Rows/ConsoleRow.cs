namespace Agentworks.State.Rows;

/// <summary>A console as recorded, without its members.</summary>
public sealed record ConsoleRow
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string VmId { get; init; }

    /// <summary>Whether its first window is a shell of the admin.</summary>
    public required bool AdminShell { get; init; }

    public DateTimeOffset Created { get; init; }
}
