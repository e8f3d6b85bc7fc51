namespace Agentworks.Errors;

/// <summary>It would take more than the operator allows.</summary>
public sealed class QuotaExceededException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.LimitsExceeded;
}
