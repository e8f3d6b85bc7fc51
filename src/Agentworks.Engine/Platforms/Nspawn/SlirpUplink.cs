using System.Net;
using Agentworks.Errors;

namespace Agentworks.Platforms.Nspawn;

/// <summary>slirp4netns as a gateway's way out.</summary>
internal sealed class SlirpUplink(TimeProvider clock) : IGatewayUplink
{
    // Set aside for tests of networks, like the machines' own: no operator's network can be hidden behind it.
    private const string Network = "198.18.0.0/24";

    /// <summary>slirp4netns's own resolver, which asks those that this computer asks.</summary>
    public IPAddress Resolver { get; } = IPAddress.Parse("198.18.0.3");

    public bool IsConnected(NspawnPaths paths) => new SlirpProcess(paths, clock).IsReady;

    public async Task ConnectAsync(NspawnPaths paths, HostCommands commands, CancellationToken cancellationToken)
    {
        if (commands.Find("slirp4netns") is null)
        {
            throw new PrerequisiteMissingException("slirp4netns is missing.") { Target = "slirp4netns", Recommendation = "apt-get install slirp4netns" };
        }

        var slirp = new SlirpProcess(paths, clock);
        var why = await slirp.StartAsync(commands, paths.Gateway, GatewayRules.Uplink, ["--cidr=" + Network], cancellationToken).ConfigureAwait(false);
        if (why is not null)
        {
            await slirp.EndAsync(CancellationToken.None).ConfigureAwait(false);
            throw new PlatformException("slirp4netns failed: " + why) { Target = paths.Id };
        }
    }

    public Task DisconnectAsync(NspawnPaths paths, HostCommands commands, CancellationToken cancellationToken) =>
        new SlirpProcess(paths, clock).EndAsync(cancellationToken);
}
