namespace Agentworks.Errors;

/// <summary>A step that everything after it needs has failed.</summary>
public sealed class ProvisioningFailedException(string message, Exception? inner = null) : AgentworksException(message, inner)
{
    public override FailureKind Kind => FailureKind.InvalidResult;
}
