namespace Agentworks.Errors;

/// <summary>Another process works on the same thing.</summary>
public sealed class ResourceBusyException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.ResourceBusy;
}
