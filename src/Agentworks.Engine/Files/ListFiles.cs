using Agentworks.Model;

namespace Agentworks.Files;

/// <summary>What to list. Paths are relative to the workspace's folder, or absolute.</summary>
public sealed record ListFiles
{
    /// <summary>Folders, whose content is listed, or files; with wildcards unless <see cref="Literal"/>.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    public bool Literal { get; init; }

    /// <summary>The things themselves, not what is in them; a link as a link.</summary>
    public bool Itself { get; init; }

    /// <summary>Also what is in the folders found; links are not followed.</summary>
    public bool Recurse { get; init; }

    /// <summary>How many levels of folders below the first; null for all.</summary>
    public int? Depth { get; init; }

    /// <summary>A wildcard that names must match; case counts.</summary>
    public string? Filter { get; init; }

    /// <summary>Also names that begin with a dot.</summary>
    public bool Hidden { get; init; }

    /// <summary>Only files (whatever is no folder), or only folders; null for both.</summary>
    public AgwFileKind? Only { get; init; }
}
