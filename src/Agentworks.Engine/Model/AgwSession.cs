namespace Agentworks.Model;

/// <summary>A persistent, locked-down tmux session in one workspace, as an agent or as the admin.</summary>
public sealed record AgwSession
{
    public required string Name { get; init; }
    public required string Id { get; init; }

    /// <summary>Identifies one run of the command, from start to end; null before the first start.</summary>
    public string? RunId { get; init; }

    public required string Workspace { get; init; }
    public required string Vm { get; init; }

    /// <summary>The agent it runs as; null for a session of the admin.</summary>
    public string? Agent { get; init; }

    public required string LinuxUser { get; init; }
    public required string Template { get; init; }

    /// <summary>What runs in the pane; empty for a login shell.</summary>
    public required string Command { get; init; }

    /// <summary>Observed just now, never guessed: <see cref="SessionStatus.Unknown"/> when the machine could not be asked.</summary>
    public SessionStatus Status { get; init; }

    public required LifecycleState State { get; init; }
    public required DesiredPower Desired { get; init; }

    /// <summary>Process id of the tmux server on the machine, while it runs.</summary>
    public int? ProcessId { get; init; }

    /// <summary>Exit status of the command when <see cref="Status"/> is Exited.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Whether its workspace was made along with it and may go along with it.</summary>
    public bool MadeWorkspace { get; init; }

    /// <summary>Whether its agent was made along with it and may go along with it.</summary>
    public bool MadeAgent { get; init; }

    public DateTimeOffset? Started { get; init; }
    public required DateTimeOffset Created { get; init; }

    public override string ToString() => Name;
}
