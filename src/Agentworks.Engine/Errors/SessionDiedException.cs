namespace Agentworks.Errors;

/// <summary>The session's command ended at once; the message carries its own last output.</summary>
public sealed class SessionDiedException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.InvalidResult;
}
