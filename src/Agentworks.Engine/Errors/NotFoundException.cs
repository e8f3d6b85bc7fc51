namespace Agentworks.Errors;

/// <summary>No such thing by that name.</summary>
public sealed class NotFoundException(string kind, string name) : AgentworksException($"{char.ToUpperInvariant(kind[0])}{kind[1..]} '{ShownName.Of(name)}' was not found.")
{
    public override FailureKind Kind => FailureKind.ObjectNotFound;
}
