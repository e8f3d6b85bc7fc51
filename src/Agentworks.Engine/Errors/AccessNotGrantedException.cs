namespace Agentworks.Errors;

/// <summary>The agent has no grant for the workspace.</summary>
public sealed class AccessNotGrantedException(string agent, string workspace) : AgentworksException($"Agent '{ShownName.Of(agent)}' has no access to workspace '{ShownName.Of(workspace)}'.")
{
    public override FailureKind Kind => FailureKind.PermissionDenied;
}
