namespace Agentworks.Errors;

/// <summary>A set-up command of a preparation failed; the message ends with what it wrote last.</summary>
public sealed class SetupFailedException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.InvalidResult;
}
