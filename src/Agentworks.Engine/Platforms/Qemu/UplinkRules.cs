using System.Net;
using System.Text;

namespace Agentworks.Platforms.Qemu;

/// <summary>
/// What QEMU may send out of its network namespace and what may come back, in nft's language. Each packet is held against it, also those of
/// connections that stand. It is the same part of the world that a machine of nspawn may reach.
/// </summary>
/// <param name="rules">With the internet allowed; normalized.</param>
/// <param name="own">This computer's own addresses, which are no part of the internet.</param>
internal sealed class UplinkRules(NetworkRules rules, IReadOnlyList<IPAddress> own)
{
    /// <summary>slirp4netns's own resolver, which asks those that this computer asks. It is the one that machines ask.</summary>
    public const string Resolver = "10.0.2.3";

    public const string Interface = "tap0";

    /// <summary>Where our own resolver answers, on the namespace's loopback.</summary>
    public const int NamesPort = 10053;

    /// <summary>From which port it asks on. QEMU, which has no privilege at all, cannot take one below 1024 and ask in its place.</summary>
    public const int QuestionPort = 54;

    private const string Questions = $"ip daddr {Resolver} meta l4proto {{ tcp, udp }} th dport 53";
    private const string OurQuestions = "udp sport 54 udp dport 53";
    private const string Refuse = "goto refuse";

    private readonly AllowedReach reach = new(rules, own);

    /// <inheritdoc cref="AllowedReach.NameSets"/>
    public IReadOnlyList<string> NameSets => reach.NameSets;

    /// <summary>Whether names are answered by a resolver of ours, because only some may be.</summary>
    public bool NeedsResolver => NameSets.Count > 0;

    /// <summary>One transaction that puts these rules in the place of any others. What was resolved of names that stay allowed is kept.</summary>
    /// <param name="formerSets">Those of the rules before; null when nobody knows: then all is made anew.</param>
    public string Write(IEnumerable<string>? formerSets)
    {
        var text = new StringBuilder("add table inet agentworks\n");
        text.Append(formerSets is null ? "delete table inet agentworks\n" : "flush table inet agentworks\n").Append("table inet agentworks {\n");
        text.AppendJoin('\n', reach.Declarations.Append(string.Empty));
        Chain(text, "refuse", null, ["reject with icmpx admin-prohibited"]);
        Chain(text, "outbound", null, reach.Lines("ip daddr", Refuse, learns: true));
        Chain(text, "inbound", null, reach.Lines("ct original ip daddr", "drop", learns: false));

        if (NeedsResolver)
        {
            // The machine asks where it always does, and is answered by ours.
            Chain(text, "names", "nat hook output priority -100; policy accept", [$"{OurQuestions} accept", $"{Questions} redirect to :{NamesPort}"]);
        }

        Chain(text, "output", "filter hook output priority filter; policy drop", Output());
        Chain(text, "input", "filter hook input priority filter; policy drop", Input());
        text.Append("}\n");
        foreach (var set in (formerSets ?? []).Except(NameSets, StringComparer.Ordinal))
        {
            text.Append("delete set inet agentworks ").Append(set).Append('\n');
        }

        return text.ToString();
    }

    private IEnumerable<string> Output()
    {
        yield return "oifname lo accept";
        if (NeedsResolver)
        {
            // A packet that was turned to the loopback still names the interface by which it was to leave.
            yield return $"oifname {Interface} ip daddr 127.0.0.1 meta l4proto {{ tcp, udp }} th dport {NamesPort} accept";
            yield return $"oifname {Interface} ip daddr {Resolver} {OurQuestions} accept";
        }
        else if (reach.NeedsResolver)
        {
            yield return $"oifname {Interface} {Questions} accept";
        }

        // Also where a network is allowed that it would be in.
        yield return $"ip daddr {Resolver} {Refuse}";
        yield return $"oifname {Interface} jump outbound";
        yield return Refuse;
    }

    private IEnumerable<string> Input()
    {
        yield return "iifname lo accept";
        if (reach.NeedsResolver)
        {
            yield return $"iifname {Interface} ip saddr {Resolver} meta l4proto {{ tcp, udp }} th sport 53 ct state established accept";
        }

        yield return $"iifname {Interface} ct state established ct direction reply jump inbound";
        yield return $"iifname {Interface} icmp type {{ destination-unreachable, time-exceeded, parameter-problem }} ct state related accept";
    }

    private static void Chain(StringBuilder text, string name, string? type, IEnumerable<string> lines)
    {
        text.Append("chain ").Append(name).Append(" {\n");
        text.AppendJoin('\n', (type is null ? lines : lines.Prepend("type " + type + ";")).Append("}\n"));
    }
}
