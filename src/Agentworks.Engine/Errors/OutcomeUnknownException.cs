namespace Agentworks.Errors;

/// <summary>The connection broke after the request was sent and the machine could not be asked what became of it.</summary>
public sealed class OutcomeUnknownException(string message, Exception? inner = null) : AgentworksException(message, inner)
{
    public override FailureKind Kind => FailureKind.ConnectionError;
}
