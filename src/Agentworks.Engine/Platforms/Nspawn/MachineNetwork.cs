using Agentworks.Events;

namespace Agentworks.Platforms.Nspawn;

/// <summary>
/// The machine's own network namespace. One that has rules stands behind a <see cref="MachineGateway"/>; one that has none has slirp4netns itself
/// as its way out.
/// </summary>
internal sealed class MachineNetwork(NspawnPaths paths, HostCommands commands, IGatewayUplink uplink, TimeProvider clock)
{
    /// <summary>slirp4netns's own resolver, which asks those that this computer asks.</summary>
    public const string Resolver = "10.0.2.3";

    private readonly SlirpProcess slirp = new(paths, clock);
    private readonly MachineGateway gateway = new(paths, commands, uplink, clock);

    /// <summary>Makes it before the machine starts. With rules, they are in force from here on.</summary>
    public async Task CreateAsync(NetworkRules? rules, CancellationToken cancellationToken)
    {
        if (rules is not null)
        {
            await gateway.CreateAsync(rules, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (Exists())
        {
            return;
        }

        if (File.Exists(paths.Namespace))
        {
            // A name without a namespace behind it: what a restart of this computer, or a kill in the middle, leaves.
            File.Delete(paths.Namespace);
        }

        await commands.RunAsync("ip", ["netns", "add", paths.Name], cancellationToken).ConfigureAwait(false);
        await commands.RunAsync("ip", ["-n", paths.Name, "link", "set", "lo", "up"], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives the machine its way out, as far as it may have one. Where that cannot be done the machine works on without, and a warning tells why.</summary>
    public async Task ConnectAsync(NetworkRules? rules, IEventSink events, CancellationToken cancellationToken)
    {
        if (rules is not null)
        {
            await gateway.ConnectAsync(rules, events, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (commands.Find("slirp4netns") is null)
        {
            events.Report(new WarningEvent(
                $"Machine {paths.Name} has no internet, because slirp4netns is missing: apt-get install slirp4netns, then restart it."));
            return;
        }

        if (await slirp.StartAsync(commands, paths.Namespace, "tap0", [], cancellationToken).ConfigureAwait(false) is { } why)
        {
            events.Report(new WarningEvent($"Machine {paths.Name} has no internet, because slirp4netns failed: {why}"));
        }
    }

    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await slirp.EndAsync(cancellationToken).ConfigureAwait(false);
        await gateway.RemoveAsync(cancellationToken).ConfigureAwait(false);
    }

    private bool Exists() => MountTable.IsMounted(paths.Namespace);
}
