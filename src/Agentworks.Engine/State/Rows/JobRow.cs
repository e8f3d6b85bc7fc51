using Agentworks.Model;

namespace Agentworks.State.Rows;

/// <summary>A job as asked for, and how much of its output the operator was given. What became of it is known on its machine alone.</summary>
public sealed record JobRow
{
    /// <summary>8 lower-case hexadecimal digits, the first one a letter, so that PowerShell never takes it for a number.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>The machine that it was started on.</summary>
    public required string VmId { get; init; }

    public required string WorkspaceId { get; init; }

    /// <summary>Null: it runs as the workspace's own user.</summary>
    public string? AgentId { get; init; }

    public required LifecycleState State { get; init; }
    public required string Command { get; init; }

    /// <summary>Absolute path on the machine.</summary>
    public required string WorkingDirectory { get; init; }

    public long ReceivedOutput { get; init; }
    public long ReceivedError { get; init; }
    public DateTimeOffset Created { get; init; }
}
