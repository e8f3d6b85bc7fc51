namespace Agentworks.Errors;

/// <summary>The state could not be written.</summary>
public sealed class StateWriteException(string message, Exception? inner = null) : AgentworksException(message, inner)
{
    public override FailureKind Kind => FailureKind.WriteError;
}
