namespace Agentworks.Model;

/// <summary>How far making or unmaking a thing has come.</summary>
public enum LifecycleState
{
    Creating,
    Ready,
    Partial,
    Failed,
    Removing,
}
