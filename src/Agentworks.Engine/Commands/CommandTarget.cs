namespace Agentworks.Commands;

/// <summary>Where and as whom to run: a machine (as admin), a workspace (in its folder), an agent (as it), or both.</summary>
public sealed record CommandTarget(string? Vm, string? Workspace, string? Agent)
{
    /// <summary>What to run here; null for what is run everywhere.</summary>
    public string? Command { get; init; }
}
