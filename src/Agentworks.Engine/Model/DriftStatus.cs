namespace Agentworks.Model;

/// <summary>Whether something on a machine is as declared. Unsupported: this machine cannot have it, and says why.</summary>
public enum DriftStatus
{
    InPlace,
    Drifted,
    Unsupported,
}
