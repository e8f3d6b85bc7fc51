namespace Agentworks.Model;

/// <summary>What the operator asked for last.</summary>
public enum DesiredPower
{
    Running,
    Stopped,
}
