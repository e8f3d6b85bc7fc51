namespace Agentworks.Errors;

/// <summary>The time allowed ran out.</summary>
public sealed class OperationTimedOutException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.OperationTimeout;
}
