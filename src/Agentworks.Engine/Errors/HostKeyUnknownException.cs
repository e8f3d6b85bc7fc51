namespace Agentworks.Errors;

/// <summary>Nobody has vouched for the machine's host key, and trusting it at first sight was not asked for.</summary>
public sealed class HostKeyUnknownException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.SecurityError;
}
