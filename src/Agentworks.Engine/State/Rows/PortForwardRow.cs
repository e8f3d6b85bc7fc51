namespace Agentworks.State.Rows;

/// <summary>A port forward as wanted. Which process keeps it open stands in its own folder, written by that process itself.</summary>
public sealed record PortForwardRow
{
    public required string Id { get; init; }
    public required string VmId { get; init; }
    public required string LocalAddress { get; init; }
    public required int LocalPort { get; init; }
    public required int RemotePort { get; init; }

    /// <summary>The workspace that it was made for; null: for the machine.</summary>
    public string? WorkspaceId { get; init; }

    public DateTimeOffset Created { get; init; }
}
