namespace Agentworks.Model;

/// <summary>A file on this computer that opens a workspace in VS Code.</summary>
public sealed record AgwCodeWorkspace
{
    public required string Workspace { get; init; }
    public required string Vm { get; init; }
    public required string Path { get; init; }

    /// <summary>What it opens: the folder on the machine, over ssh.</summary>
    public required string Uri { get; init; }

    /// <summary>Whether it was written.</summary>
    public required bool Changed { get; init; }

    public override string ToString() => Path;
}
