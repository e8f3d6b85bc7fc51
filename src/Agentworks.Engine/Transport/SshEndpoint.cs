namespace Agentworks.Transport;

/// <summary>Where and how a machine's sshd is reached. Host keys are looked up under <paramref name="HostKeyAlias"/>, never by address.</summary>
/// <param name="HostName">Address or name; any word when <paramref name="ProxyCommand"/> makes the connection.</param>
/// <param name="Port">TCP port.</param>
/// <param name="HostKeyAlias">The machine's id.</param>
/// <param name="ProxyCommand">A command whose standard streams are the connection, or that makes it for <see cref="PassesSocket"/>; null for TCP.</param>
/// <param name="ExtraOptions">More "Name=value" options for ssh -o.</param>
public sealed record SshEndpoint(
    string HostName, int Port, string HostKeyAlias, string? ProxyCommand = null, IReadOnlyList<string>? ExtraOptions = null)
{
    /// <summary>
    /// One of <see cref="ExtraOptions"/>: the command hands its socket to ssh and ends, rather than carry every byte. A program in between would also keep the end of a
    /// larger message back for 40 ms, until the other side has acknowledged what came before: ssh tells its own sockets not to.
    /// </summary>
    public const string PassesSocket = "ProxyUseFdpass=yes";

    /// <summary>The same place without a name from the operator's own ssh configuration; null when this is it.</summary>
    public SshEndpoint? Standalone { get; init; }

    /// <summary>How long it may take to let somebody in, where the machine is a slow one; null for the usual.</summary>
    public TimeSpan? Patience { get; init; }
}
