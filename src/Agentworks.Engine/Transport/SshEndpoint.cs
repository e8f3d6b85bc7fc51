namespace Agentworks.Transport;

/// <summary>Where and how a machine's sshd is reached. Host keys are looked up under <paramref name="HostKeyAlias"/>, never by address.</summary>
/// <param name="HostName">Address or name; any word when <paramref name="ProxyCommand"/> makes the connection.</param>
/// <param name="Port">TCP port.</param>
/// <param name="HostKeyAlias">The machine's id.</param>
/// <param name="ProxyCommand">A command whose standard streams are the connection; null for TCP.</param>
/// <param name="ExtraOptions">More "Name=value" options for ssh -o.</param>
public sealed record SshEndpoint(
    string HostName, int Port, string HostKeyAlias, string? ProxyCommand = null, IReadOnlyList<string>? ExtraOptions = null)
{
    /// <summary>The same place without a name from the operator's own ssh configuration; null when this is it.</summary>
    public SshEndpoint? Standalone { get; init; }

    /// <summary>How long it may take to let somebody in, where the machine is a slow one; null for the usual.</summary>
    public TimeSpan? Patience { get; init; }
}
