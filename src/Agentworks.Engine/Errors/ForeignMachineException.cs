namespace Agentworks.Errors;

/// <summary>A machine that was made with other records than these: of another operator, or of a folder that is lost.</summary>
public sealed class ForeignMachineException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.PermissionDenied;
}
