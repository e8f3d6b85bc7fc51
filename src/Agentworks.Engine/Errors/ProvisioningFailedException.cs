namespace Agentworks.Errors;

/// <summary>A step that everything after it needs has failed.</summary>
public sealed class ProvisioningFailedException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.InvalidResult;
}
