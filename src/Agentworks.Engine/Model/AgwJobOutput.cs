using System.Text;

namespace Agentworks.Model;

/// <summary>What a job wrote, in one piece and byte by byte.</summary>
public sealed record AgwJobOutput
{
    public required string Job { get; init; }
    public required string JobId { get; init; }
    public required string Workspace { get; init; }
    public required string Vm { get; init; }

    /// <summary>Standard output as text; invalid UTF-8 is replaced. The exact bytes are in <see cref="OutputBytes"/>.</summary>
    public string Output => Encoding.UTF8.GetString(OutputBytes.Span);

    public string ErrorOutput => Encoding.UTF8.GetString(ErrorBytes.Span);
    public required ReadOnlyMemory<byte> OutputBytes { get; init; }
    public required ReadOnlyMemory<byte> ErrorBytes { get; init; }

    /// <summary>Bytes that were dropped in between or before.</summary>
    public required long DroppedOutputLength { get; init; }

    public required long DroppedErrorLength { get; init; }

    /// <summary>How much of each stream the job had written up to here.</summary>
    public required long OutputPosition { get; init; }

    public required long ErrorPosition { get; init; }
    public bool Truncated => DroppedOutputLength + DroppedErrorLength > 0;

    public override string ToString() => Output;
}
