namespace Agentworks.Errors;

/// <summary>It needs the operator's terminal or answer, and there is none.</summary>
public sealed class NotInteractiveException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.InvalidOperation;
}
