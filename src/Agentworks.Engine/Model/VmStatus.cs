namespace Agentworks.Model;

/// <summary>Power state of a machine as observed.</summary>
public enum VmStatus
{
    Unknown,
    Running,
    Stopped,
    Starting,
    Missing,
    Suspended,
}
