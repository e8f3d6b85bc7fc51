namespace Agentworks.Errors;

/// <summary>A program that is needed is not there.</summary>
public sealed class PrerequisiteMissingException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.NotInstalled;
}
