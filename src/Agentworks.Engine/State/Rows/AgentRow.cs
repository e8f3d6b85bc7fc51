using Agentworks.Model;

namespace Agentworks.State.Rows;

/// <summary>An agent as recorded.</summary>
public sealed record AgentRow
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string VmId { get; init; }
    public required LifecycleState State { get; init; }
    public required string Template { get; init; }
    public required string LinuxUser { get; init; }
    public bool AllWorkspaces { get; init; }
    public string FailedSteps { get; init; } = string.Empty;
    public DateTimeOffset Created { get; init; }
}
