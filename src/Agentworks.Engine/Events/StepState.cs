namespace Agentworks.Events;

/// <summary>What became of a step. Unsupported: this machine cannot have it, and says why.</summary>
public enum StepState
{
    Running,
    Ok,
    Changed,
    Failed,
    Unsupported,
}
