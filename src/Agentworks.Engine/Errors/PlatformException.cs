namespace Agentworks.Errors;

/// <summary>The platform could not do what was asked.</summary>
public sealed class PlatformException(string message, Exception? inner = null) : AgentworksException(message, inner)
{
    public override FailureKind Kind => FailureKind.DeviceError;
}
