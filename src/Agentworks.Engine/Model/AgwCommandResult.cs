namespace Agentworks.Model;

/// <summary>What one command on one machine did.</summary>
public sealed record AgwCommandResult
{
    public required string Vm { get; init; }
    public string? Workspace { get; init; }
    public string? Agent { get; init; }

    /// <summary>What was named: the workspace, else the agent, else the machine.</summary>
    public string Target => Workspace ?? Agent ?? Vm;

    public required string Command { get; init; }
    public required int ExitCode { get; init; }

    /// <summary>Name of the signal that ended it, such as TERM; null when it exited by itself.</summary>
    public string? Signal { get; init; }

    public bool TimedOut { get; init; }

    /// <summary>Standard output as text; invalid UTF-8 is replaced. The exact bytes are in <see cref="OutputBytes"/>.</summary>
    public required string Output { get; init; }

    public required string ErrorOutput { get; init; }
    public required ReadOnlyMemory<byte> OutputBytes { get; init; }
    public required ReadOnlyMemory<byte> ErrorBytes { get; init; }

    /// <summary>Bytes that the command wrote, kept or not.</summary>
    public required long OutputLength { get; init; }

    public required long ErrorLength { get; init; }
    public bool Truncated => OutputLength > OutputBytes.Length || ErrorLength > ErrorBytes.Length;
    public required TimeSpan Duration { get; init; }

    public override string ToString() => Output;
}
