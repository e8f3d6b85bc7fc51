namespace Agentworks.Model;

/// <summary>Where the configuration comes from and what it says, section by section.</summary>
public sealed record AgwConfig
{
    /// <summary>The folder that holds everything of this operator.</summary>
    public required string Home { get; init; }

    public required string Path { get; init; }

    /// <summary>False when no file exists and the defaults rule.</summary>
    public required bool Exists { get; init; }

    public required string? DefaultPlatform { get; init; }
    public required string WorkspacesPath { get; init; }
    public required string AdminUser { get; init; }
    public required int HistoryLimit { get; init; }
    public required IReadOnlyList<string> VmTemplates { get; init; }
    public required IReadOnlyList<string> AgentTemplates { get; init; }
    public required IReadOnlyList<string> WorkspaceTemplates { get; init; }
    public required IReadOnlyList<string> SessionTemplates { get; init; }
    public required string SshPublicKey { get; init; }
    public required string SshPrivateKey { get; init; }

    /// <summary>What works but should be changed, each with its place.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
