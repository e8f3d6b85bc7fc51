using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Agentworks.Platforms.Nspawn;

/// <summary>
/// The rules of a machine's gateway in nft's language. Each packet is held against them, also those of connections that stand: what
/// is not allowed any more is cut off with the next packet. Everything that no rule accepts is dropped or refused.
/// </summary>
/// <param name="rules">Normalized.</param>
/// <param name="machine">Whose gateway it is.</param>
/// <param name="own">This computer's own addresses, which are no part of the internet.</param>
/// <param name="resolver">What the gateway's resolver asks.</param>
internal sealed class GatewayRules(NetworkRules rules, MachineAddress machine, IReadOnlyList<IPAddress> own, IPAddress resolver)
{
    /// <summary>The gateway's interface to the machine, to the way out, and to other machines.</summary>
    public const string MachineSide = "vm0";
    public const string Uplink = "up0";
    public const string Hub = "hub0";

    private const string Refuse = "goto refuse";

    // Never a host of the internet, and never reached even where a network that is allowed would include it.
    internal static readonly IReadOnlyList<string> Never = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"];

    // Networks of houses, companies and providers: only reached where they are named.
    internal static readonly IReadOnlyList<string> Private = ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16"];

    private readonly IReadOnlyList<AllowedHost> hosts = [.. rules.AllowedHosts.Select(AllowedHost.Parse)];

    /// <summary>What may come from the machine at all: IPv4 from its own address and card, and the question who the gateway is. No IPv6, no tags, no others' addresses.</summary>
    public string Guard => $$"""
        table netdev agentworks {
          chain machine {
            type filter hook ingress device "{{MachineSide}}" priority filter; policy drop;
            ether saddr {{machine.Mac}} ether type ip ip saddr {{machine.Address}} accept
            ether saddr {{machine.Mac}} arp operation request arp saddr ether {{machine.Mac}} arp saddr ip {{machine.Address}} arp daddr ip {{MachineAddress.Gateway}} accept
          }
        }

        """;

    /// <summary>The sets in which the resolver puts the addresses of allowed names.</summary>
    public IReadOnlyList<string> NameSets => rules.AllowInternet ? [.. hosts.Where(h => h.Name is not null).Select(h => SetOf(h.Name!)).Distinct(StringComparer.Ordinal)] : [];

    /// <summary>Whether the gateway answers questions for names.</summary>
    public bool NeedsResolver => rules.AllowInterVm || NeedsUpstream;

    /// <summary>Whether the resolver asks others.</summary>
    public bool NeedsUpstream => rules.AllowInternet && (hosts.Count == 0 || NameSets.Count > 0);

    public static string SetOf(string name) => "n_" + Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(name)))[..16].ToLowerInvariant();

    /// <summary>One transaction that puts these rules in the place of any others. What was resolved of names that stay allowed is kept.</summary>
    /// <param name="formerSets">Those of the rules before; null when nobody knows: then all is made anew.</param>
    public string Write(IEnumerable<string>? formerSets)
    {
        var text = new StringBuilder("add table inet agentworks\n");
        text.Append(formerSets is null ? "delete table inet agentworks\n" : "flush table inet agentworks\n").Append("table inet agentworks {\n");
        foreach (var set in NameSets)
        {
            text.Append("set ").Append(set).Append(" { type ipv4_addr; flags timeout, dynamic; timeout 6h; }\n");
        }

        Chain(text, "refuse", null, ["meta l4proto tcp reject with tcp reset", "reject with icmpx admin-prohibited"]);
        Chain(text, "outbound", null, Reach("ip daddr", Refuse, learns: true));
        Chain(text, "inbound", null, Reach("ct original ip daddr", "drop", learns: false));
        Chain(text, "forward", "filter hook forward priority filter; policy drop", Forward());
        Chain(text, "input", "filter hook input priority filter; policy drop", Input());
        Chain(text, "output", "filter hook output priority filter; policy drop", Output());
        Chain(text, "leave", "nat hook postrouting priority srcnat; policy accept", [$"oifname {Uplink} masquerade"]);
        text.Append("}\n");
        foreach (var set in (formerSets ?? []).Except(NameSets, StringComparer.Ordinal))
        {
            text.Append("delete set inet agentworks ").Append(set).Append('\n');
        }

        return text.ToString();
    }

    private IEnumerable<string> Forward()
    {
        yield return "ct state invalid drop";
        if (rules.AllowInternet)
        {
            yield return $"iifname {MachineSide} oifname {Uplink} jump outbound";
            yield return $"iifname {Uplink} oifname {MachineSide} ct state established ct direction reply jump inbound";
        }

        if (rules.AllowInterVm)
        {
            var ports = rules.AllowedPorts.Count == 0 ? string.Empty : $" {{ {string.Join(", ", rules.AllowedPorts)} }}";
            yield return $"iifname {MachineSide} oifname {Hub} ip daddr {MachineAddress.Network} ct direction original accept";
            yield return $"iifname {Hub} oifname {MachineSide} ct direction reply accept";
            yield return $"iifname {Hub} oifname {MachineSide} ip saddr {MachineAddress.Network} ct direction original{On("dport")} accept";
            yield return $"iifname {MachineSide} oifname {Hub} ct direction reply{On("sport")} accept";

            string On(string side) => ports.Length == 0 ? ports : $" meta l4proto {{ tcp, udp }} th {side}{ports}";
        }

        if (rules.AllowInternet || rules.AllowInterVm)
        {
            yield return $"iifname {{ {Uplink}, {Hub} }} oifname {MachineSide} icmp type {{ destination-unreachable, time-exceeded, parameter-problem }} ct state related accept";
        }

        yield return $"iifname {{ {MachineSide}, {Hub} }} {Refuse}";
    }

    /// <summary>The part of the internet that is allowed; <paramref name="field"/> is where a packet says whom the machine talks with.</summary>
    private IEnumerable<string> Reach(string field, string refusal, bool learns)
    {
        if (!rules.AllowInternet)
        {
            yield break;
        }

        var beyond = Never.Concat(own.Select(address => address.ToString()));
        if (hosts.Count == 0)
        {
            yield return $"{field} != {Set(beyond.Concat(Private))} accept";
            yield break;
        }

        var networks = hosts.Select(h => h.Network).OfType<IPNetwork>().ToList();
        if (networks.Exists(n => n.PrefixLength == 32))
        {
            yield return $"{field} {Set(networks.Where(n => n.PrefixLength == 32).Select(n => n.ToString()))} accept";
        }

        if (networks.Exists(n => n.PrefixLength < 32))
        {
            yield return $"{field} {Set(beyond)} {refusal}";
            yield return $"{field} {Set(networks.Where(n => n.PrefixLength < 32).Select(n => n.ToString()))} accept";
        }

        // A name's owner says where it leads, but not into the operator's own network.
        yield return $"{field} {Set(beyond.Concat(Private))} {refusal}";
        foreach (var set in NameSets)
        {
            yield return learns ? $"{field} @{set} update @{set} {{ {field} }} accept" : $"{field} @{set} accept";
        }
    }

    private IEnumerable<string> Input()
    {
        if (NeedsResolver)
        {
            yield return $"iifname {MachineSide} ip daddr {MachineAddress.Gateway} meta l4proto {{ tcp, udp }} th dport 53 accept";
        }

        if (NeedsUpstream)
        {
            yield return $"iifname {Uplink} ip saddr {resolver} meta l4proto {{ tcp, udp }} th sport 53 ct state established accept";
        }

        yield return $"iifname {MachineSide} {Refuse}";
    }

    private IEnumerable<string> Output()
    {
        if (NeedsResolver)
        {
            yield return $"oifname {MachineSide} ip saddr {MachineAddress.Gateway} meta l4proto {{ tcp, udp }} th sport 53 accept";
        }

        if (NeedsUpstream)
        {
            yield return $"oifname {Uplink} ip daddr {resolver} meta l4proto {{ tcp, udp }} th dport 53 accept";
        }

        // Refusals, so that a program that may not learns it at once.
        yield return $"oifname {{ {MachineSide}, {Hub} }} icmp type destination-unreachable accept";
        yield return $"oifname {{ {MachineSide}, {Hub} }} tcp flags & rst == rst accept";
    }

    /// <summary>Without what lies in another: networks that overlap are an error of nft.</summary>
    private static string Set(IEnumerable<string> networks)
    {
        var all = networks.Select(n => IPNetwork.Parse(n.Contains('/', StringComparison.Ordinal) ? n : n + "/32")).Distinct().ToList();
        return $"{{ {string.Join(", ", all.Where(n => !all.Exists(m => m != n && m.PrefixLength < n.PrefixLength && m.Contains(n.BaseAddress))))} }}";
    }

    private static void Chain(StringBuilder text, string name, string? type, IEnumerable<string> lines)
    {
        text.Append("chain ").Append(name).Append(" {\n");
        if (type is not null)
        {
            text.Append("type ").Append(type).Append(";\n");
        }

        foreach (var line in lines)
        {
            text.Append(line).Append('\n');
        }

        text.Append("}\n");
    }
}
