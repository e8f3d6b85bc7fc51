namespace Agentworks.Errors;

/// <summary>The machine could not start the job; nothing is left of it.</summary>
public sealed class JobNotStartedException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.InvalidOperation;
}
