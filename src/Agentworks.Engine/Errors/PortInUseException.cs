namespace Agentworks.Errors;

/// <summary>Another program of this computer has that port, or it may not be taken.</summary>
public sealed class PortInUseException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.ResourceBusy;
}
