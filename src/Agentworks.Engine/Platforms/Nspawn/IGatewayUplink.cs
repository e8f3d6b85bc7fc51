using System.Net;

namespace Agentworks.Platforms.Nspawn;

/// <summary>The way out of a gateway: an interface <see cref="GatewayRules.Uplink"/> with a default route. It is there only while the machine may reach something through it.</summary>
internal interface IGatewayUplink
{
    /// <summary>What answers questions for names, reached through the interface.</summary>
    IPAddress Resolver { get; }

    bool IsConnected(NspawnPaths paths);

    /// <summary>Returns when it stands. One that does is left alone.</summary>
    /// <exception cref="Errors.AgentworksException">It cannot be; nothing of it is left.</exception>
    Task ConnectAsync(NspawnPaths paths, HostCommands commands, CancellationToken cancellationToken);

    /// <summary>Returns when nothing can leave any more.</summary>
    Task DisconnectAsync(NspawnPaths paths, HostCommands commands, CancellationToken cancellationToken);
}
