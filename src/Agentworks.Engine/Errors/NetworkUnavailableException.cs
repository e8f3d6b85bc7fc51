namespace Agentworks.Errors;

/// <summary>This computer is not in the network through which the machine is to be reached.</summary>
public sealed class NetworkUnavailableException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.ResourceUnavailable;
}
