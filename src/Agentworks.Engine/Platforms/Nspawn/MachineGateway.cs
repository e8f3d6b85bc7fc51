using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Ports;

namespace Agentworks.Platforms.Nspawn;

/// <summary>
/// The network of a dedicated machine. Root inside rules its own namespace, so what it may reach is decided in another: between the machine and
/// the way out stands a gateway, a namespace with rules, a resolver, and no process of the machine's. What fails leaves less open, never more: no
/// rules, no link; no slirp4netns, no way out; no dnsmasq, no names.
/// </summary>
internal sealed class MachineGateway(NspawnPaths paths, HostCommands commands, IGatewayUplink uplink, TimeProvider clock)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly AddressBook addresses = new(paths);
    private readonly GatewayResolver resolver = new(paths, commands, clock);
    private readonly GatewayHub hub = new(paths, commands);

    /// <summary>The gateway with the rules in force, and both ends of the machine's link. Nothing leads out of it yet.</summary>
    public async Task CreateAsync(NetworkRules rules, CancellationToken cancellationToken)
    {
        Require("nft", "nftables");
        await RemoveAsync(cancellationToken).ConfigureAwait(false);
        var machine = await addresses.ClaimAsync(cancellationToken).ConfigureAwait(false);
        var text = RulesOf(rules, machine);

        // The last route leads back to the machine: without a way out its packets come to the rules all the same, which refuse them at once.
        string[] arguments =
        [
            "-c", EmbeddedText.Read("network-link.sh"), "network-link", paths.GatewayName, $"""
                netns add {paths.GatewayName}
                link add {GatewayRules.MachineSide} netns {paths.GatewayName} mtu 65520 address {MachineAddress.GatewayMac} type veth peer name eth0 netns {paths.GatewayName} mtu 65520 address {machine.Mac}
                """,
            paths.GatewayName, $"""
                addr add {MachineAddress.Gateway}/32 dev {GatewayRules.MachineSide}
                link set {GatewayRules.MachineSide} up
                neigh replace {machine.Address} lladdr {machine.Mac} dev {GatewayRules.MachineSide} nud permanent
                route add {machine.Address} dev {GatewayRules.MachineSide}
                route add default dev {GatewayRules.MachineSide} metric 9999
                """,
        ];
        await commands.FeedAsync("sh", arguments, text.Guard + text.Write(formerSets: null), Limit, cancellationToken).ConfigureAwait(false);
        new GatewayRecord(rules, text.Write([]), Listing: null).Write(paths.GatewayRecord);
    }

    /// <summary>Brings up what the rules allow, for a machine that starts or runs. What cannot be had is missing then, and a warning tells why.</summary>
    public async Task ConnectAsync(NetworkRules rules, IEventSink events, CancellationToken cancellationToken)
    {
        try
        {
            await ApplyAsync(rules, cancellationToken).ConfigureAwait(false);
        }
        catch (AgentworksException e)
        {
            events.Report(new WarningEvent($"The network of machine {paths.Name} is closed: {e.Message}{(e.Recommendation is null ? string.Empty : $" {e.Recommendation}")}"));
        }
    }

    /// <summary>Puts rules in the place of those in force. Connections that they do not allow end with their next packet.</summary>
    /// <exception cref="AgentworksException">It could not be done; nothing leads out of the gateway then.</exception>
    public async Task ApplyAsync(NetworkRules rules, CancellationToken cancellationToken)
    {
        try
        {
            var machine = addresses.Find() ?? throw new PlatformException($"Machine {paths.Id} has no address.") { Target = paths.Id };
            await JoinAsync(machine, cancellationToken).ConfigureAwait(false);
            var text = RulesOf(rules, machine);
            var before = GatewayRecord.Read(paths.GatewayRecord);
            if (!await IsInForceAsync(before, text, cancellationToken).ConfigureAwait(false))
            {
                File.Delete(paths.GatewayRecord);
                var formerSets = before is null ? null : RulesOf(before.Rules, machine).NameSets;
                await commands.FeedAsync("nsenter", ["--net=" + paths.Gateway, "nft", "-f", "-"], text.Write(formerSets), Limit, cancellationToken).ConfigureAwait(false);
            }

            await Task.WhenAll(
                ResolveAsync(rules, text, cancellationToken), MeetAsync(rules, machine, cancellationToken), LeaveAsync(rules, cancellationToken)).ConfigureAwait(false);
            var (listing, interfaces) = await LookAsync(cancellationToken).ConfigureAwait(false) ?? throw new PlatformException("nft does not tell the rules.") { Target = paths.Id };
            if (!interfaces.Contains(GatewayRules.MachineSide, StringComparer.Ordinal))
            {
                throw new PlatformException($"Machine {paths.Id} has cut itself off from its gateway.") { Target = paths.Id, Recommendation = "Stop and start it." };
            }

            new GatewayRecord(rules, text.Write([]), listing).Write(paths.GatewayRecord);
        }
        catch
        {
            await CloseAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What is in force, as far as it is what was given: null when the rules are others.</summary>
    public async Task<NetworkRules?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!Exists() || addresses.Find() is not { } machine || GatewayRecord.Read(paths.GatewayRecord) is not { Listing: not null } record
            || RulesOf(record.Rules, machine) is not { } text || text.Write([]) != record.Text
            || await LookAsync(cancellationToken).ConfigureAwait(false) is not { } seen || seen.Listing != record.Listing
            || !seen.Interfaces.Contains(GatewayRules.MachineSide, StringComparer.Ordinal))
        {
            return null;
        }

        var answers = !text.NeedsResolver || resolver.IsRunning;
        return record.Rules with
        {
            AllowInternet = record.Rules.AllowInternet && answers && uplink.IsConnected(paths),
            AllowInterVm = record.Rules.AllowInterVm && answers && hub.HasAttached && seen.Interfaces.Contains(GatewayRules.Hub, StringComparer.Ordinal),
        };
    }

    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await CloseAsync(cancellationToken).ConfigureAwait(false);
        foreach (var (file, name) in new[] { (paths.Namespace, paths.Name), (paths.Gateway, paths.GatewayName) })
        {
            if (MountTable.IsMounted(file))
            {
                await commands.RunAsync("ip", ["netns", "delete", name], cancellationToken).ConfigureAwait(false);
            }

            // A name without a namespace behind it: what a restart of this computer, or a kill in the middle, leaves.
            UnixFiles.DeleteIfThere(file);
        }
    }

    // Its network belongs to the machine, whose root may do in it as it likes, and so it begins with it.
    private async Task JoinAsync(MachineAddress machine, CancellationToken cancellationToken)
    {
        if (MountTable.IsMounted(paths.Namespace))
        {
            return;
        }

        var group = new MachineCgroup(paths.Id);
        int? init = null;
        await Waiting.UntilAsync(() => (init = group.FindInit()) is not null || HostProcess.Read(paths.Run)?.IsAlive() != true, Limit, clock, cancellationToken).ConfigureAwait(false);
        string[] arguments =
        [
            "-c", EmbeddedText.Read("network-join.sh"), "network-join", paths.GatewayName, paths.Name,
            init?.ToString(CultureInfo.InvariantCulture) ?? throw new PlatformException($"Machine {paths.Id} has not begun.") { Target = paths.Id },
            $"""
            link set lo up
            addr replace {machine.Address}/32 dev eth0
            link set eth0 up
            route replace {MachineAddress.Gateway} dev eth0
            route replace default via {MachineAddress.Gateway}
            """,
        ];
        await commands.RunAsync("sh", arguments, cancellationToken).ConfigureAwait(false);
    }

    private async Task CloseAsync(CancellationToken cancellationToken)
    {
        UnixFiles.DeleteIfThere(paths.GatewayRecord);
        await uplink.DisconnectAsync(paths, commands, cancellationToken).ConfigureAwait(false);
        await resolver.EndAsync(cancellationToken).ConfigureAwait(false);
        await hub.DetachAsync(addresses.Find(), cancellationToken).ConfigureAwait(false);
    }

    private Task ResolveAsync(NetworkRules rules, GatewayRules text, CancellationToken cancellationToken)
    {
        if (!text.NeedsResolver)
        {
            return resolver.EndAsync(cancellationToken);
        }

        if (rules.AllowInterVm)
        {
            hub.CreateNames();
        }

        return resolver.StartAsync(ResolverConfig.Write(rules, uplink.Resolver, hub.Names), cancellationToken);
    }

    private Task MeetAsync(NetworkRules rules, MachineAddress machine, CancellationToken cancellationToken) =>
        !rules.AllowInterVm ? hub.DetachAsync(machine, cancellationToken)
        : hub.HasAttached ? Task.CompletedTask
        : hub.AttachAsync(machine, OwnerRecord.Read(paths.Owner)!.HostName, cancellationToken);

    private Task LeaveAsync(NetworkRules rules, CancellationToken cancellationToken) =>
        rules.AllowInternet ? uplink.ConnectAsync(paths, commands, cancellationToken) : uplink.DisconnectAsync(paths, commands, cancellationToken);

    private async Task<bool> IsInForceAsync(GatewayRecord? record, GatewayRules text, CancellationToken cancellationToken) =>
        record is not null && record.Text == text.Write([])
        && (record.Listing is null || (await LookAsync(cancellationToken).ConfigureAwait(false))?.Listing == record.Listing);

    private async Task<(string Listing, IReadOnlyList<string> Interfaces)?> LookAsync(CancellationToken cancellationToken)
    {
        var result = await commands.TryAsync(
            "nsenter", ["--net=" + paths.Gateway, "sh", "-c", EmbeddedText.Read("network-look.sh")], cancellationToken).ConfigureAwait(false);
        return result.Succeeded && result.Output.Split("# interfaces\n") is [var listing, var interfaces]
            ? (listing, interfaces.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            : null;
    }

    private GatewayRules RulesOf(NetworkRules rules, MachineAddress machine) => new(rules, machine, OwnAddresses(), uplink.Resolver);

    private bool Exists() => MountTable.IsMounted(paths.Gateway) && MountTable.IsMounted(paths.Namespace);

    private void Require(string program, string package)
    {
        if (commands.Find(program) is null)
        {
            throw new PrerequisiteMissingException($"A dedicated machine needs {program}, which is not installed.") { Target = program, Recommendation = "apt-get install " + package };
        }
    }

    internal static IReadOnlyList<IPAddress> OwnAddresses() =>
        [.. NetworkInterface.GetAllNetworkInterfaces().SelectMany(i => i.GetIPProperties().UnicastAddresses)
            .Select(a => a.Address).Where(a => a.AddressFamily == AddressFamily.InterNetwork).Distinct().OrderBy(a => a.ToString(), StringComparer.Ordinal)];
}
