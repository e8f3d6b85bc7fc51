namespace Agentworks.Model;

/// <summary>A curated, persisted tmux view over sessions of one machine.</summary>
public sealed record AgwConsole
{
    public required string Name { get; init; }
    public required string Id { get; init; }
    public required string Vm { get; init; }

    /// <summary>Whether its first window is a shell of the admin.</summary>
    public required bool AdminShell { get; init; }

    /// <summary>Its members in the order of their windows.</summary>
    public required IReadOnlyList<AgwConsoleSession> Sessions { get; init; }

    public int SessionCount => Sessions.Count;
    public int ShellCount => Sessions.Sum(session => session.Shells.Count);

    /// <summary>Observed just now, never guessed: <see cref="ConsoleStatus.Unknown"/> when the machine could not be asked.</summary>
    public ConsoleStatus Status { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Whether one session of it is both in one of the workspaces and of one of the agents; null lets all pass.</summary>
    public bool HasMember(IReadOnlySet<string>? workspaces, IReadOnlySet<string>? agents) =>
        (workspaces is null && agents is null)
        || Sessions.Any(session => workspaces?.Contains(session.Workspace) != false && (agents is null || (session.Agent is not null && agents.Contains(session.Agent))));

    public override string ToString() => Name;
}
