using System.Net;
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

    private readonly AllowedReach reach = new(rules, own);

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

    /// <inheritdoc cref="AllowedReach.NameSets"/>
    public IReadOnlyList<string> NameSets => reach.NameSets;

    /// <summary>Whether the gateway answers questions for names.</summary>
    public bool NeedsResolver => rules.AllowInterVm || NeedsUpstream;

    /// <inheritdoc cref="AllowedReach.NeedsResolver"/>
    public bool NeedsUpstream => reach.NeedsResolver;

    /// <summary>One transaction that puts these rules in the place of any others. What was resolved of names that stay allowed is kept.</summary>
    /// <param name="formerSets">Those of the rules before; null when nobody knows: then all is made anew.</param>
    public string Write(IEnumerable<string>? formerSets)
    {
        var text = new StringBuilder("add table inet agentworks\n");
        text.Append(formerSets is null ? "delete table inet agentworks\n" : "flush table inet agentworks\n").Append("table inet agentworks {\n");
        foreach (var set in reach.Declarations)
        {
            text.Append(set).Append('\n');
        }

        Chain(text, "refuse", null, ["meta l4proto tcp reject with tcp reset", "reject with icmpx admin-prohibited"]);
        Chain(text, "outbound", null, reach.Lines("ip daddr", Refuse, learns: true));
        Chain(text, "inbound", null, reach.Lines("ct original ip daddr", "drop", learns: false));
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
