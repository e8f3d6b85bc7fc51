namespace Agentworks.Errors;

/// <summary>The name is taken.</summary>
public sealed class AlreadyExistsException(string kind, string name) : AgentworksException($"{kind} '{ShownName.Of(name)}' already exists.")
{
    public override FailureKind Kind => FailureKind.ResourceExists;
}
