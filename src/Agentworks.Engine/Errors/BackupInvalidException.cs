namespace Agentworks.Errors;

/// <summary>A folder is no backup, or one that is incomplete, damaged or of a newer version.</summary>
public sealed class BackupInvalidException(string message, Exception? inner = null) : AgentworksException(message, inner)
{
    public override FailureKind Kind => FailureKind.InvalidData;
}
