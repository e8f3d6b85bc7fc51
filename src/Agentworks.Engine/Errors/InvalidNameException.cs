namespace Agentworks.Errors;

/// <summary>The name cannot be used.</summary>
public sealed class InvalidNameException(string kind, string name, string reason) : AgentworksException($"'{ShownName.Of(name)}' cannot name {kind}: {reason}")
{
    public override FailureKind Kind => FailureKind.InvalidArgument;
}
