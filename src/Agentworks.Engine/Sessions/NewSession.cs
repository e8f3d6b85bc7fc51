namespace Agentworks.Sessions;

/// <summary>A session to make and start.</summary>
public sealed record NewSession
{
    public required string Name { get; init; }
    public required string Workspace { get; init; }

    /// <summary>Null for a session of the admin.</summary>
    public string? Agent { get; init; }

    /// <summary>The workspace to make along with it, named as <see cref="Workspace"/>; null when that is there.</summary>
    public Workspaces.NewWorkspace? MakeWorkspace { get; init; }

    /// <summary>The agent to make along with it, named as <see cref="Agent"/>; null when that is there, or for the admin.</summary>
    public Agents.NewAgent? MakeAgent { get; init; }

    public string? Template { get; init; }

    /// <summary>Overrides the template's; empty for a login shell.</summary>
    public string? Command { get; init; }

    public string? RestartCommand { get; init; }

    /// <summary>Plain variables; kept in the state and on the machine.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Secret variables: they reach the command and nothing else, and are never stored anywhere.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Secret variables that are found by the name of a secret, at every start anew.</summary>
    public IReadOnlyDictionary<string, string> SecretNames { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
