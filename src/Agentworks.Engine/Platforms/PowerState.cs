namespace Agentworks.Platforms;

/// <summary>What a platform says of a machine. Missing: it does not know it.</summary>
public enum PowerState
{
    Unknown,
    Running,
    Stopped,
    Missing,

    /// <summary>In memory, with its processors stopped.</summary>
    Suspended,
}
