namespace Agentworks.Model;

/// <summary>A Linux user on one machine, granted workspaces.</summary>
public sealed record AgwAgent
{
    public required string Name { get; init; }
    public required string Id { get; init; }
    public required string Vm { get; init; }
    public required LifecycleState State { get; init; }
    public required string LinuxUser { get; init; }
    public required string Home { get; init; }
    public required string Template { get; init; }

    /// <summary>True when every workspace of the machine, present and future, is granted.</summary>
    public bool AllWorkspaces { get; init; }

    public IReadOnlyList<AgwGrant> Grants { get; init; } = [];

    /// <summary>Names of the granted workspaces.</summary>
    public IReadOnlyList<string> Workspaces { get; init; } = [];

    public int SessionCount { get; init; }
    public IReadOnlyList<string> FailedSteps { get; init; } = [];
    public required DateTimeOffset Created { get; init; }

    public override string ToString() => Name;
}
