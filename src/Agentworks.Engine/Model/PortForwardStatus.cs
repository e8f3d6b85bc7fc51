namespace Agentworks.Model;

/// <summary>What a port forward does right now, as observed on this computer.</summary>
public enum PortForwardStatus
{
    /// <summary>Whether its process runs cannot be told from here.</summary>
    Unknown,

    /// <summary>Its connection stands and its port is open.</summary>
    Connected,

    /// <summary>Its process runs and tries to reach the machine again.</summary>
    Reconnecting,

    /// <summary>Nothing runs: this computer was restarted, or its process was ended.</summary>
    Stopped,
}
