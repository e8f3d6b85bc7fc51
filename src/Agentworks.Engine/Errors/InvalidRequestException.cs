namespace Agentworks.Errors;

/// <summary>The request contradicts itself or asks for what cannot be.</summary>
public sealed class InvalidRequestException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.InvalidArgument;
}
