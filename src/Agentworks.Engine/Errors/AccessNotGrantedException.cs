namespace Agentworks.Errors;

/// <summary>The agent has no grant for the workspace.</summary>
public sealed class AccessNotGrantedException(string agent, string workspace) : AgentworksException($"Agent '{agent}' has no access to workspace '{workspace}'.")
{
    public override FailureKind Kind => FailureKind.PermissionDenied;
}
