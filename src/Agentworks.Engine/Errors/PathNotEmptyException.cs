namespace Agentworks.Errors;

/// <summary>Something is where something new was to be put.</summary>
public sealed class PathNotEmptyException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.ResourceExists;
}
