using System.Text;

namespace Agentworks.Transport;

/// <summary>How a command ended and what it wrote.</summary>
public sealed record RemoteResult
{
    /// <summary>0 to 255; 128 + signal number when a signal ended it.</summary>
    public required int ExitCode { get; init; }

    /// <summary>The signal's number; null when it exited by itself.</summary>
    public int? Signal { get; init; }

    public bool TimedOut { get; init; }
    public required ReadOnlyMemory<byte> Output { get; init; }
    public required ReadOnlyMemory<byte> Error { get; init; }

    /// <summary>Bytes written to standard output, kept or not.</summary>
    public required long OutputLength { get; init; }

    public required long ErrorLength { get; init; }

    /// <summary>True when the machine answered from its record of an earlier run of the same operation id.</summary>
    public bool Replayed { get; init; }

    public bool Succeeded => ExitCode == 0 && !TimedOut;
    public string OutputText => Encoding.UTF8.GetString(Output.Span);
    public string ErrorText => Encoding.UTF8.GetString(Error.Span);
}
