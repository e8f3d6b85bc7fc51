namespace Agentworks.Errors;

/// <summary>The machine could not be reached, or the connection broke before anything was sent.</summary>
public sealed class ConnectionFailedException(string message, Exception? inner = null) : AgentworksException(message, inner)
{
    public override FailureKind Kind => FailureKind.ConnectionError;
}
