namespace Agentworks.Errors;

/// <summary>The machine refused the operator's key.</summary>
public sealed class LoginFailedException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.AuthenticationError;
}
