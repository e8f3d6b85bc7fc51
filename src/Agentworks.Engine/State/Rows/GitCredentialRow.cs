using Agentworks.Git;

namespace Agentworks.State.Rows;

/// <summary>A token that a user of a machine holds, without the token.</summary>
public sealed record GitCredentialRow
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string VmId { get; init; }

    /// <summary>Null for the machine's admin.</summary>
    public string? AgentId { get; init; }

    public required GitCredentialOrigin Origin { get; init; }

    /// <summary>github, azdo or generic.</summary>
    public required string Kind { get; init; }

    public required string Host { get; init; }
    public required string Path { get; init; }
    public DateTimeOffset Created { get; init; }
}
