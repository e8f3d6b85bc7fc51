namespace Agentworks.Errors;

/// <summary>Other things live in this one.</summary>
public sealed class HasDependentsException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.ResourceBusy;
}
