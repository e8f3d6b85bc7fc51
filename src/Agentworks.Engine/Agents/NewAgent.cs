namespace Agentworks.Agents;

/// <summary>An agent to make.</summary>
public sealed record NewAgent
{
    public required string Name { get; init; }

    /// <summary>Null when there is only one machine.</summary>
    public string? Vm { get; init; }

    public string? Template { get; init; }

    /// <summary>Grant every workspace of the machine, present and future.</summary>
    public bool AllWorkspaces { get; init; }

    /// <summary>Workspaces to grant at once.</summary>
    public IReadOnlyList<string> Workspaces { get; init; } = [];
}
