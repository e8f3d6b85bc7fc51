namespace Agentworks.Errors;

/// <summary>A command that must succeed failed on the machine.</summary>
public sealed class RemoteCommandException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.InvalidResult;
}
