namespace Agentworks.Errors;

/// <summary>There is no git repository where one was named.</summary>
public sealed class GitRepositoryMissingException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.ObjectNotFound;
}
