namespace Agentworks.Events;

/// <summary>What became of a step. Unsupported: this machine cannot have it, and says why. Drifted: looked at only, and not as wanted.</summary>
public enum StepState
{
    Running,
    Ok,
    Changed,
    Failed,
    Unsupported,
    Drifted,
}
