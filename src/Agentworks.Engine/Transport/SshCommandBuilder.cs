using System.Globalization;
using Agentworks.Errors;

namespace Agentworks.Transport;

/// <summary>
/// Says how the OpenSSH client is started: for a channel, and for the operator's terminal. The operator's own ssh configuration,
/// agent and hardware keys stay in force; what would break a channel or weaken the host key check is overridden.
/// </summary>
/// <param name="knownHostsFile">Our own file of pinned host keys; the operator's is not read.</param>
/// <param name="program">The client's file name.</param>
public sealed class SshCommandBuilder(string knownHostsFile, string program = "ssh")
{
    // "Authenticated to" comes before the first byte of ours is sent, and only at this level.
    private const string ReachedMarker = "Authenticated to ";
    private const string ChannelLogLevel = "VERBOSE";

    /// <summary>The child process of a <see cref="MachineShell"/>.</summary>
    /// <param name="endpoint">Where.</param>
    /// <param name="machineName">Names the machine in errors.</param>
    /// <param name="user">Login user; null for what ssh's configuration says.</param>
    /// <param name="identityFile">The only key to offer; null for what ssh's agent and configuration offer.</param>
    /// <param name="sudo">The login user is not root.</param>
    /// <param name="acceptNewHostKey">Trust an unknown key at first sight, and pin it. Only when the operator asked for it.</param>
    /// <exception cref="InvalidRequestException">A part would be taken for an option.</exception>
    public ChannelCommand Channel(
        SshEndpoint endpoint, string machineName, string? user, string? identityFile, bool sudo, bool acceptNewHostKey = false) =>
        new(Program(endpoint), [.. Client(endpoint), "-T", "-o", "BatchMode=yes", .. Options(endpoint, user, identityFile, ChannelLogLevel, acceptNewHostKey), "--", endpoint.HostName])
        {
            MachineName = machineName,
            Sudo = sudo,
            ReachedMarker = ReachedMarker,
            Patience = endpoint.Patience,
        };

    /// <summary>A process for the operator's terminal.</summary>
    /// <param name="endpoint">Where.</param>
    /// <param name="user">Login user; null for what ssh's configuration says.</param>
    /// <param name="identityFile">The only key to offer; null for what ssh's agent and configuration offer.</param>
    /// <param name="remoteArguments">Program and arguments, each taken literally; empty for a login shell.</param>
    /// <exception cref="InvalidRequestException">A part would be taken for an option.</exception>
    public InteractiveCommand Interactive(SshEndpoint endpoint, string? user, string? identityFile, IReadOnlyList<string> remoteArguments)
    {
        string[] remote = remoteArguments.Count == 0 ? [] : [PosixShell.QuoteAll(remoteArguments)];
        return new InteractiveCommand(
            Program(endpoint), [.. Client(endpoint), "-tt", .. Options(endpoint, user, identityFile, "ERROR", acceptNewHostKey: false), "--", endpoint.HostName, .. remote]);
    }

    /// <summary>A process that only forwards a port of this computer, and ends when it cannot.</summary>
    /// <param name="endpoint">Where.</param>
    /// <param name="user">Login user; null for what ssh's configuration says.</param>
    /// <param name="identityFile">The only key to offer; null for what ssh's agent and configuration offer.</param>
    /// <param name="localAddress">IP address to listen on.</param>
    /// <param name="localPort">TCP port to listen on.</param>
    /// <param name="remotePort">TCP port on the machine's localhost.</param>
    /// <param name="whenConnected">A line for the local shell, run as soon as the port is open.</param>
    /// <exception cref="InvalidRequestException">A part would be taken for an option.</exception>
    public InteractiveCommand Forward(
        SshEndpoint endpoint, string? user, string? identityFile, string localAddress, int localPort, int remotePort, string whenConnected)
    {
        // Forwards of the operator's own configuration cannot be left out alone: "clear all" would take ours too.
        string[] first =
        [
            "ClearAllForwardings=no", "ExitOnForwardFailure=yes", "ServerAliveInterval=5", "PermitLocalCommand=yes",
            "LocalCommand=" + whenConnected.Replace("%", "%%", StringComparison.Ordinal),
        ];
        var ports = string.Create(CultureInfo.InvariantCulture, $"[{localAddress}]:{localPort}:localhost:{remotePort}");
        return new InteractiveCommand(
            Program(endpoint),
            [
                .. Client(endpoint), "-N", "-T", "-o", "BatchMode=yes", .. first.SelectMany(setting => new[] { "-o", setting }),
                .. Options(endpoint, user, identityFile, "ERROR", acceptNewHostKey: false), "-L", ports, "--", endpoint.HostName,
            ]);
    }

    // ssh runs a ProxyCommand by the operator's shell. bash takes the socket of one that passes it for a login from afar, and does first what ~/.bashrc
    // says. Those are ours, and need none of that.
    private string Program(SshEndpoint endpoint) => PassesSocket(endpoint) ? "/usr/bin/env" : program;

    private string[] Client(SshEndpoint endpoint) => PassesSocket(endpoint) ? ["SHELL=/bin/sh", program] : [];

    private static bool PassesSocket(SshEndpoint endpoint) => endpoint.ExtraOptions?.Contains(SshEndpoint.PassesSocket, StringComparer.Ordinal) == true;

    private List<string> Options(SshEndpoint endpoint, string? user, string? identityFile, string logLevel, bool acceptNewHostKey)
    {
        RefuseOption(endpoint.HostName, "host name");
        RefuseOption(endpoint.HostKeyAlias, "host key alias");
        List<string> settings =
        [
            "PasswordAuthentication=no",
            "KbdInteractiveAuthentication=no",
            string.Create(CultureInfo.InvariantCulture, $"ConnectTimeout={(endpoint.Patience ?? TimeSpan.FromSeconds(10)).TotalSeconds:0}"),
            "ServerAliveInterval=15",
            "ServerAliveCountMax=3",
            "ControlMaster=no",
            "ControlPath=none",
            "RemoteCommand=none",
            "PermitLocalCommand=no",
            "ForwardAgent=no",
            "ForwardX11=no",
            "Tunnel=no",
            "ClearAllForwardings=yes",
            "EscapeChar=none",
            $"HostKeyAlias={endpoint.HostKeyAlias}",
            $"UserKnownHostsFile={QuotePath(knownHostsFile)}",
            "GlobalKnownHostsFile=none",
            $"StrictHostKeyChecking={(acceptNewHostKey ? "accept-new" : "yes")}",
            "HashKnownHosts=no",
            "VerifyHostKeyDNS=no",
            "CheckHostIP=no",
            "UpdateHostKeys=no",
            $"LogLevel={logLevel}",
            $"Port={endpoint.Port.ToString(CultureInfo.InvariantCulture)}",
        ];
        if (user is not null)
        {
            RefuseOption(user, "user name");
            settings.Add($"User={user}");
        }

        if (identityFile is not null)
        {
            settings.Add($"IdentityFile={QuotePath(identityFile)}");
            settings.Add("IdentitiesOnly=yes");
        }

        if (endpoint.ProxyCommand is not null)
        {
            settings.Add($"ProxyCommand={endpoint.ProxyCommand}");
        }

        // ssh takes the first value that it is given: ours come before any other.
        settings.AddRange(endpoint.ExtraOptions ?? []);
        return settings.SelectMany(setting => new[] { "-o", setting }).ToList();
    }

    private static void RefuseOption(string text, string what)
    {
        if (text.Length == 0 || text[0] == '-' || text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '"' or '\\'))
        {
            throw new InvalidRequestException($"'{text}' cannot be a {what}.") { Target = text };
        }
    }

    // ssh splits such values at blanks and expands % in them.
    private static string QuotePath(string path) => path.Contains('"', StringComparison.Ordinal)
        ? throw new InvalidRequestException($"ssh cannot use the path '{path}'.") { Target = path }
        : '"' + path.Replace("%", "%%", StringComparison.Ordinal) + '"';
}
