namespace Agentworks.Errors;

/// <summary>The platform cannot do this at all.</summary>
public sealed class NotSupportedByPlatformException(string message) : AgentworksException(message)
{
    public override FailureKind Kind => FailureKind.NotImplemented;
}
