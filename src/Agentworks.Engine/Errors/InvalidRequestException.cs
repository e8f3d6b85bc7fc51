namespace Agentworks.Errors;

/// <summary>The request contradicts itself or asks for what cannot be.</summary>
public sealed class InvalidRequestException(string message, Exception? inner = null) : AgentworksException(message, inner)
{
    public override FailureKind Kind => FailureKind.InvalidArgument;
}
