namespace Agentworks.Model;

/// <summary>What happened to a file.</summary>
public enum GitChange
{
    Modified,
    Added,
    Deleted,
    Renamed,
    Copied,

    /// <summary>Another kind of thing: a link instead of a file.</summary>
    TypeChanged,

    /// <summary>Changed on both sides of a merge.</summary>
    Unmerged,
}
