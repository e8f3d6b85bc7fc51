using System.Net;
using System.Text;
using Agentworks.Platforms.Nspawn;

namespace Agentworks.Platforms.Qemu;

/// <summary>
/// What QEMU may send out of its network namespace, in nft's language. Each packet is held against it, also those of connections that stand. It
/// is the same part of the world that a machine of nspawn may reach, except that hosts cannot be allowed by name.
/// </summary>
internal static class UplinkRules
{
    /// <summary>slirp4netns's own resolver, which asks those that this computer asks.</summary>
    public const string Resolver = "10.0.2.3";

    public const string Interface = "tap0";

    /// <param name="rules">With the internet allowed.</param>
    /// <param name="own">This computer's own addresses, which are no part of the internet.</param>
    public static string Write(NetworkRules rules, IReadOnlyList<IPAddress> own)
    {
        const string Refuse = "reject with icmpx admin-prohibited";
        var text = new StringBuilder("add table inet agentworks\nflush table inet agentworks\ntable inet agentworks {\nchain output {\n");
        text.Append("type filter hook output priority filter; policy drop;\noifname lo accept\n");
        var hosts = rules.AllowedHosts.Select(AllowedHost.Parse).ToList();
        if (hosts.Count == 0)
        {
            text.Append($"oifname {Interface} ip daddr {Resolver} meta l4proto {{ tcp, udp }} th dport 53 accept\n");
        }

        foreach (var network in GatewayRules.Never.Concat(own.Select(address => address.ToString())))
        {
            text.Append($"ip daddr {network} {Refuse}\n");
        }

        foreach (var network in hosts.Count == 0 ? GatewayRules.Private : [])
        {
            text.Append($"ip daddr {network} {Refuse}\n");
        }

        foreach (var network in hosts.Count == 0 ? ["0.0.0.0/0"] : hosts.Select(h => h.Network!.Value.ToString()))
        {
            text.Append($"oifname {Interface} ip daddr {network} accept\n");
        }

        return text.Append(Refuse).Append("\n}\n}\n").ToString();
    }
}
