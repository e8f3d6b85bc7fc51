namespace Agentworks.Errors;

/// <summary>This computer lacks what the platform needs.</summary>
public sealed class PlatformUnavailableException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.NotInstalled;
}
