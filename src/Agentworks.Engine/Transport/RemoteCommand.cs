namespace Agentworks.Transport;

/// <summary>
/// A POSIX shell script to run on a machine. Script, arguments and input travel in frames: none of them appears in any
/// process's argument list, on this side or on the machine.
/// </summary>
public sealed record RemoteCommand
{
    /// <summary>Text for /bin/sh; sees <see cref="Arguments"/> as $1, $2, … so that nothing is ever quoted into it.</summary>
    public required string Script { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Linux user to run as, with its groups read afresh; null for root.</summary>
    public string? User { get; init; }

    /// <summary>Absolute; null for the user's home.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Added to HOME, USER, LOGNAME, SHELL, PATH and LANG, which are set as a login would.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>More variables, whose values are in files of the machine that only root can read; name and absolute path.</summary>
    public IReadOnlyDictionary<string, string> SecretFiles { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Standard input; null for none.</summary>
    public Stream? Input { get; init; }

    /// <summary>When it has passed, the whole process group is terminated, then killed.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How many bytes of each of the two output streams are kept. The rest is counted and dropped on the machine.</summary>
    public long MaxOutputBytes { get; init; } = 16 << 20;

    /// <summary>
    /// Set on everything that changes the machine. The machine remembers the id and its outcome, so that sending the same
    /// command again returns the first outcome instead of running it twice.
    /// </summary>
    public string? OperationId { get; init; }

    /// <summary>
    /// Whether the machine's record of the operation keeps its output too. Off for the operator's own commands, whose output may
    /// hold secrets: a record lies on the machine's disk for a day.
    /// </summary>
    public bool RecordOutput { get; init; } = true;

    /// <summary>What becomes of the command when the connection breaks. One that is to finish has a <see cref="Timeout"/> too, or nobody might ever end it.</summary>
    public DisconnectAction OnDisconnect { get; init; } = DisconnectAction.Kill;

    /// <summary>It was sent in another way to the machine before, and what became of it there is not known.</summary>
    internal bool MayHaveRun { get; init; }
}
