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

    /// <summary>Name of the workspace that it is a copy of; null: it is none.</summary>
    public string? CopiedFrom { get; init; }

    /// <summary>
    /// While it moves: a second place where it or a part of it may lie. Where <see cref="Path"/> is gone and this is there, this is it;
    /// else what is here is to be removed.
    /// </summary>
    public string? OtherPath { get; init; }

    /// <summary>The machine of <see cref="OtherPath"/>.</summary>
    public string? OtherVmId { get; init; }

    public DateTimeOffset Created { get; init; }
}
