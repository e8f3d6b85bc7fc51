namespace Agentworks.State.Rows;

/// <summary>An operation as journalled.</summary>
public sealed record JournalRow
{
    /// <summary>32 hex digits.</summary>
    public required string Id { get; init; }

    /// <summary>The cmdlet, such as New-AgwVm.</summary>
    public required string Operation { get; init; }

    public required string Kind { get; init; }
    public required string TargetId { get; init; }
    public required string TargetName { get; init; }

    /// <summary>JSON of what was asked for; never a secret.</summary>
    public required string ArgumentsJson { get; init; }

    public required JournalState State { get; init; }

    /// <summary>Why it failed; null unless it did.</summary>
    public string? Error { get; init; }

    public required DateTimeOffset Started { get; init; }
    public DateTimeOffset? Ended { get; init; }

    /// <summary>The process that works or worked on it.</summary>
    public required int HolderPid { get; init; }

    public required string HolderHost { get; init; }

    /// <summary>Null when the holder is on another computer and cannot be asked, and for operations that have ended.</summary>
    public bool? HolderAlive { get; init; }

    /// <summary>It began, did not end, and never will by itself: its process is gone.</summary>
    public bool Interrupted => State == JournalState.Open && HolderAlive == false;

    /// <summary>In the order in which they were recorded; the last one may or may not have happened.</summary>
    public required IReadOnlyList<JournalStep> Steps { get; init; }
}
