namespace Agentworks.Errors;

/// <summary>The state file is damaged, foreign or newer than this module.</summary>
public sealed class StateFileException(string message, Exception? inner = null) : AgentworksException(message, inner)
{
    public override FailureKind Kind => FailureKind.InvalidData;
}
