using Agentworks.Model;

namespace Agentworks.State.Rows;

/// <summary>A workspace as recorded.</summary>
public sealed record WorkspaceRow
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string VmId { get; init; }
    public required WorkspaceIsolation Isolation { get; init; }
    public required LifecycleState State { get; init; }
    public required string Template { get; init; }
    public required string Path { get; init; }
    public required string LinuxGroup { get; init; }
    public string? Repository { get; init; }
    public string? Branch { get; init; }
    public string? Store { get; init; }
    public DateTimeOffset Created { get; init; }
}
