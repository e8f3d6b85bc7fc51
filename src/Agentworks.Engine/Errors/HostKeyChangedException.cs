namespace Agentworks.Errors;

/// <summary>The machine answered with another host key than the pinned one; nothing was sent.</summary>
public sealed class HostKeyChangedException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.SecurityError;
}
