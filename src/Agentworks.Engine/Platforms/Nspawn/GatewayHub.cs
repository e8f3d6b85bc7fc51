using System.Security.Cryptography;
using System.Text;
using Agentworks.Transport;

namespace Agentworks.Platforms.Nspawn;

/// <summary>
/// Where the gateways of one operator's machines meet: a namespace in which there is nothing but their ends and rules that let each send
/// under its own address alone. A gateway that is not to meet others has no end here. The hub is there as long as somebody has one.
/// </summary>
internal sealed class GatewayHub(NspawnPaths paths, HostCommands commands)
{
    // Not in the machine's folder: the resolvers read the names without being root.
    private const string Root = "/run/agentworks-hubs";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly string name = NameFor(OwnerRecord.Read(paths.Owner)?.Owner ?? string.Empty);

    /// <summary>The folder in which each machine that is here has a file with its address and name.</summary>
    public string Names => Path.Combine(Root, name);

    private string Namespace => Path.Combine("/run/netns", name);
    private string NameFile => Path.Combine(Names, paths.Id);

    public static string NameFor(string owner) =>
        "agw-hub-" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(owner)))[..8].ToLowerInvariant();

    /// <summary>Whether the machine was attached to the end.</summary>
    public bool HasAttached => File.Exists(NameFile);

    public void CreateNames() => Directory.CreateDirectory(Names);

    public async Task AttachAsync(MachineAddress machine, string hostName, CancellationToken cancellationToken)
    {
        CreateNames();
        var held = await FileLock.TakeAsync(Path.Combine(Root, "lock"), cancellationToken).ConfigureAwait(false);
        await using var _ = held.ConfigureAwait(false);
        await DropLinkAsync(cancellationToken).ConfigureAwait(false);
        var isNew = !MountTable.IsMounted(Namespace);
        if (isNew)
        {
            UnixFiles.DeleteIfThere(Namespace);
        }

        string[] arguments =
        [
            "-c", EmbeddedText.Read("network-link.sh"), "network-link", name,
            (isNew ? $"netns add {name}\n" : string.Empty)
                + $"link add {GatewayRules.Hub} netns {paths.GatewayName} mtu 65520 address {MachineAddress.HubSideMac} type veth"
                + $" peer name {machine.Port} netns {name} mtu 65520 address {MachineAddress.HubMac}",
            name, $"""
                link set lo up
                link set {machine.Port} up
                neigh replace {MachineAddress.HubSide} lladdr {MachineAddress.HubSideMac} dev {machine.Port} nud permanent
                route replace {machine.Address} via {MachineAddress.HubSide} dev {machine.Port} onlink
                """,
            paths.GatewayName, $"""
                link set {GatewayRules.Hub} up
                neigh replace {MachineAddress.Hub} lladdr {MachineAddress.HubMac} dev {GatewayRules.Hub} nud permanent
                route replace {MachineAddress.Network} via {MachineAddress.Hub} dev {GatewayRules.Hub} onlink
                """,
        ];
        await commands.FeedAsync("sh", arguments, Rules(machine), Limit, cancellationToken).ConfigureAwait(false);

        // Made elsewhere: the resolvers read whatever comes into their folder.
        var made = Path.Combine(Root, paths.Id);
        UnixFiles.Write(made, $"{machine.Address} {hostName}\n", UnixFiles.Public);
        File.Move(made, NameFile, overwrite: true);
    }

    /// <summary>Takes the machine's end away, and the hub with the last one.</summary>
    public async Task DetachAsync(MachineAddress? machine, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Names) || !(File.Exists(NameFile) || MountTable.IsMounted(paths.Gateway)))
        {
            return;
        }

        var held = await FileLock.TakeAsync(Path.Combine(Root, "lock"), cancellationToken).ConfigureAwait(false);
        await using var _ = held.ConfigureAwait(false);
        UnixFiles.DeleteIfThere(NameFile);
        await DropLinkAsync(cancellationToken).ConfigureAwait(false);
        if (!MountTable.IsMounted(Namespace))
        {
            return;
        }

        if (Directory.EnumerateFileSystemEntries(Names).Any())
        {
            if (machine is not null)
            {
                string[] forget = ["--net=" + Namespace, "nft", "delete", "element", "inet", "agentworks", "ports", $"{{ {Element(machine)} }}"];
                await commands.TryAsync("nsenter", forget, cancellationToken).ConfigureAwait(false);
            }
        }
        else
        {
            await commands.RunAsync("ip", ["netns", "delete", name], cancellationToken).ConfigureAwait(false);
            Directory.Delete(Names);
        }
    }

    // Both ends go with one of them.
    private async Task DropLinkAsync(CancellationToken cancellationToken)
    {
        if (MountTable.IsMounted(paths.Gateway))
        {
            await commands.TryAsync("ip", ["-n", paths.GatewayName, "link", "delete", GatewayRules.Hub], cancellationToken).ConfigureAwait(false);
        }
    }

    private static string Element(MachineAddress machine) => $"\"{machine.Port}\" . {machine.Address}";

    private static string Rules(MachineAddress machine) => $$"""
        add table inet agentworks
        flush table inet agentworks
        table inet agentworks {
          set ports {
            type ifname . ipv4_addr
          }
          chain forward {
            type filter hook forward priority filter; policy drop;
            iifname . ip saddr @ports oifname . ip daddr @ports accept
          }
          chain input {
            type filter hook input priority filter; policy drop;
          }
          chain output {
            type filter hook output priority filter; policy drop;
          }
        }
        add element inet agentworks ports { {{Element(machine)}} }

        """;
}
