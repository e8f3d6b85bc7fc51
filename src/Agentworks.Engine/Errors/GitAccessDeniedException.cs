namespace Agentworks.Errors;

/// <summary>A git server wants a token or key, or another one.</summary>
public sealed class GitAccessDeniedException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.AuthenticationError;
}
