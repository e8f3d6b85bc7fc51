using Agentworks.Model;

namespace Agentworks.State.Rows;

/// <summary>A session as recorded.</summary>
public sealed record SessionRow
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string WorkspaceId { get; init; }

    /// <summary>Null for a session of the admin.</summary>
    public string? AgentId { get; init; }

    public required LifecycleState State { get; init; }
    public required DesiredPower Desired { get; init; }
    public required string Template { get; init; }
    public required string Command { get; init; }
    public string RestartCommand { get; init; } = string.Empty;

    /// <summary>JSON object of the plain environment variables that it was given; those of templates are not among them.</summary>
    public string EnvironmentJson { get; init; } = "{}";

    /// <summary>JSON object: the secret variables that it was given, with the names of their secrets; or an array of names that are both. Never a value.</summary>
    public string SecretNamesJson { get; init; } = "[]";

    /// <summary>Identifies the current or last run of the command.</summary>
    public string? RunId { get; init; }

    public DateTimeOffset? Started { get; init; }

    /// <summary>Whether its workspace was made along with it.</summary>
    public bool MadeWorkspace { get; init; }

    /// <summary>Whether its agent was made along with it.</summary>
    public bool MadeAgent { get; init; }

    public DateTimeOffset Created { get; init; }
}
