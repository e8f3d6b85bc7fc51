namespace Agentworks.Errors;

/// <summary>What arrived is not what was sent.</summary>
public sealed class FileTransferException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.InvalidData;
}
