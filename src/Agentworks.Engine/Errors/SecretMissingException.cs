namespace Agentworks.Errors;

/// <summary>A secret that is needed was not given and cannot be found.</summary>
public sealed class SecretMissingException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.ObjectNotFound;
}
