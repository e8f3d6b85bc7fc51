namespace Agentworks.Transport;

/// <summary>The channel broke before the call was answered.</summary>
internal sealed class ChannelBrokenException(ChannelBreak why, bool mayHaveRun) : Exception(why.Error.Message, why.Error)
{
    public ChannelBreak Why { get; } = why;

    /// <summary>False when the machine certainly did not start it.</summary>
    public bool MayHaveRun { get; } = mayHaveRun;
}
