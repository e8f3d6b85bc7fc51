namespace Agentworks.Errors;

/// <summary>A folder, a pipe or something else that is no file stands where a file was named.</summary>
public sealed class NotAFileException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.InvalidArgument;
}
