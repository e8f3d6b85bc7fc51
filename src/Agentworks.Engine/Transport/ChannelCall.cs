namespace Agentworks.Transport;

/// <summary>One request on a channel and whatever comes back for it.</summary>
internal abstract class ChannelCall(FrameType type, ReadOnlyMemory<byte> payload)
{
    private const int Waiting = 0;
    private const int SentState = 1;
    private const int Withdrawn = 2;
    private int _state;

    /// <summary>Given by the channel.</summary>
    public uint Id { get; set; }

    public FrameType Type { get; } = type;
    public ReadOnlyMemory<byte> Payload { get; } = payload;

    /// <summary>True as soon as its first byte may have left this process.</summary>
    public bool Sent => Volatile.Read(ref _state) == SentState;

    /// <summary>Completes in whatever way the call ends, at the very moment its answer is there. For waiting, not for awaiting.</summary>
    public abstract Task Ended { get; }

    /// <summary>False when it was withdrawn: then it must not be sent.</summary>
    public bool TryMarkSent() => Interlocked.CompareExchange(ref _state, SentState, Waiting) == Waiting;

    /// <summary>False when it is too late.</summary>
    public bool TryWithdraw() => Interlocked.CompareExchange(ref _state, Withdrawn, Waiting) == Waiting;

    /// <summary>Called on the channel's reading thread, which must not be held up.</summary>
    public abstract void OnFrame(FrameType frame, ReadOnlyMemory<byte> data);

    public abstract void Fail(Exception exception);
}
