namespace Agentworks.Transport;

/// <summary>
/// A local child process whose standard streams end in /bin/sh on a machine, as root or as a user who may <c>sudo -n</c>:
/// ssh, nsenter, wsl.exe, limactl, or a local sh in tests. The transport appends one argument, a shell command line.
/// </summary>
public sealed record ChannelCommand(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>Names the machine in errors.</summary>
    public required string MachineName { get; init; }

    /// <summary>True when the far side is not root and must be raised with <c>sudo -n</c>.</summary>
    public bool Sudo { get; init; }

    /// <summary>
    /// True when no network lies between: then a child that ended without the machine's hello has run nothing there. Otherwise the hello
    /// may have been lost on the way.
    /// </summary>
    public bool IsLocal { get; init; }

    /// <summary>
    /// What the child writes to standard error once it has reached the machine: before that nothing can have run there. Null when it
    /// says no such thing.
    /// </summary>
    public string? ReachedMarker { get; init; }

    /// <summary>How long the way to the machine's hello may take, where the machine is a slow one; null for <see cref="ChannelOptions.ConnectTimeout"/>.</summary>
    public TimeSpan? Patience { get; init; }
}
