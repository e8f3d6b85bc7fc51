namespace Agentworks.Model;

/// <summary>What a job is doing, as its machine says.</summary>
public enum JobState
{
    /// <summary>The machine could not be asked.</summary>
    Unknown,
    Running,

    /// <summary>It ended with status 0.</summary>
    Completed,

    /// <summary>It ended with another status, by a signal, or because its time was up.</summary>
    Failed,

    /// <summary>Stop-AgwJob ended it.</summary>
    Stopped,

    /// <summary>It runs no more and nobody saw how it ended: the machine was restarted, or never got to know of it.</summary>
    Lost,
}
