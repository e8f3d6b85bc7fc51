namespace Agentworks.Files;

/// <summary>What to copy between this computer and a workspace.</summary>
public sealed record CopyFiles
{
    /// <summary>Files and folders: absolute paths of this computer on the way there, paths in the workspace on the way back.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>A folder, into which they go under their own names, or the new name of a single one.</summary>
    public required string Destination { get; init; }

    /// <summary>Folders may be copied, with all that is in them.</summary>
    public bool Recurse { get; init; }

    public bool Overwrite { get; init; }
}
