namespace Agentworks.Model;

/// <summary>What ssh on this computer knows of the machines.</summary>
public sealed record AgwSshConfig
{
    /// <summary>The file that holds the aliases; it is not there while there are none.</summary>
    public required string Path { get; init; }

    /// <summary>The operator's own file, which includes <see cref="Path"/> or is the same.</summary>
    public required string SshConfig { get; init; }

    /// <summary>Whether anything was written.</summary>
    public required bool Changed { get; init; }

    public required IReadOnlyList<AgwSshAlias> Aliases { get; init; }
}
