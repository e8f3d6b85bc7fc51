namespace Agentworks.Model;

/// <summary>A background command in a workspace. It runs on the machine, whatever becomes of whoever started it.</summary>
public sealed record AgwJob
{
    public required string Name { get; init; }
    public required string Id { get; init; }
    public required string Workspace { get; init; }
    public required string Vm { get; init; }

    /// <summary>The agent it runs as; null for the workspace's own user.</summary>
    public string? Agent { get; init; }

    public required string LinuxUser { get; init; }
    public required string Command { get; init; }

    /// <summary>Absolute path on the machine.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Observed just now, never guessed.</summary>
    public JobState State { get; init; }

    /// <summary>Why it failed or is lost, where more is known than an exit status; null where not.</summary>
    public string? Message { get; init; }

    /// <summary>Process id of the command's shell on the machine, also after its end.</summary>
    public int? ProcessId { get; init; }

    /// <summary>0 to 255; 128 + the signal's number when a signal ended it; null while it runs and where nobody saw its end.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Name of the signal that ended it, such as TERM; null when it exited by itself.</summary>
    public string? Signal { get; init; }

    public bool TimedOut { get; init; }

    /// <summary>By the machine's clock.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>By the machine's clock; null while it runs.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>How long it ran, or has been running.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Whether Receive-AgwJob has something to give that it has not given yet.</summary>
    public bool HasMoreData { get; init; }

    /// <summary>Bytes that it has written to standard output, kept or not.</summary>
    public long OutputLength { get; init; }

    public long ErrorLength { get; init; }

    /// <summary>Bytes from the middle of both that were not kept, because they were beyond the job's limit or the machine's disk was full.</summary>
    public long DroppedLength { get; init; }

    public bool Truncated => DroppedLength > 0;

    /// <summary>When it was asked for, by this computer's clock.</summary>
    public required DateTimeOffset Created { get; init; }

    public override string ToString() => Name;
}
