namespace Agentworks.Errors;

/// <summary>The other repository did not take what was sent.</summary>
public sealed class GitRejectedException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.InvalidOperation;
}
