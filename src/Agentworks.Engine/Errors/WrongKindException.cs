namespace Agentworks.Errors;

/// <summary>A thing of another kind was given than the one that was asked for.</summary>
public sealed class WrongKindException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.InvalidArgument;
}
