namespace Agentworks.Transport;

/// <summary>What becomes of a running command when the operator's side goes away.</summary>
public enum DisconnectAction
{
    /// <summary>Its process group is terminated, then killed.</summary>
    Kill,

    /// <summary>It runs to its end, and the machine keeps its outcome for whoever asks.</summary>
    Finish,
}
