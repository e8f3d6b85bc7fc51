namespace Agentworks.Model;

/// <summary>How the work of a workspace gets into another.</summary>
public enum MergeStrategy
{
    /// <summary>A merge for each source, one on top of the other; a plain step forward where nothing else has happened.</summary>
    Sequential,

    /// <summary>A branch merge/NAME for each source, merged with a merge commit; it stays where there are conflicts, to be finished by hand.</summary>
    BranchPerSource,

    /// <summary>Each commit anew, with its author and message, in a straight line.</summary>
    CherryPick,
}
