namespace Agentworks.Transport;

/// <summary>Bytes of each stream that a handler has seen, kept over reconnects.</summary>
internal sealed class OutputProgress
{
    public long[] Delivered { get; } = new long[2];
}
