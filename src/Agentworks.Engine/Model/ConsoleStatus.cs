namespace Agentworks.Model;

/// <summary>Whether a console's tmux runs on its machine.</summary>
public enum ConsoleStatus
{
    /// <summary>Nobody could say.</summary>
    Unknown,
    Running,

    /// <summary>It is built when it is entered.</summary>
    Stopped,
}
