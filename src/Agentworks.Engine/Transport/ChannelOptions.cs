namespace Agentworks.Transport;

/// <summary>How patient a channel is.</summary>
public sealed record ChannelOptions
{
    /// <summary>From the start of the local process to the machine's hello.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the machine is asked for a sign of life.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>After so many intervals without any sign the connection is dead.</summary>
    public int MissedPings { get; init; } = 2;

    /// <summary>How often a broken connection is made again for one command.</summary>
    public int Reconnects { get; init; } = 3;

    /// <summary>How long one command waits for that in all.</summary>
    public TimeSpan ReconnectTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Absolute folder on the machine for operation records; null for /var/lib/agentworks/ops.</summary>
    public string? OperationsFolder { get; init; }
}
