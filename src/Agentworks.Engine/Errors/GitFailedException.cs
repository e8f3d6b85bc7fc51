namespace Agentworks.Errors;

/// <summary>git could not do it; the message is what git said.</summary>
public sealed class GitFailedException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.InvalidResult;
}
