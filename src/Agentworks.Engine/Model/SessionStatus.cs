namespace Agentworks.Model;

/// <summary>What a session is doing, as observed on its machine. Exited: the command ended, its last screen is kept. Broken: the tmux server lives but does not listen.</summary>
public enum SessionStatus
{
    Unknown,
    Running,
    Exited,
    Stopped,
    Broken,
}
