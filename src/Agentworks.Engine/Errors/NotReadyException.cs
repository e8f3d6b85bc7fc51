namespace Agentworks.Errors;

/// <summary>The thing exists but is not in a state in which this can be done.</summary>
public sealed class NotReadyException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.InvalidOperation;
}
