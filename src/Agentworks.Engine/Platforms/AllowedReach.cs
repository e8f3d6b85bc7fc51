using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Agentworks.Platforms;

/// <summary>The part of the internet that a machine may reach, in nft's language: the same on every platform that enforces rules.</summary>
/// <param name="rules">Normalized.</param>
/// <param name="own">This computer's own addresses, which are no part of the internet.</param>
internal sealed class AllowedReach(NetworkRules rules, IReadOnlyList<IPAddress> own)
{
    // Never a host of the internet, and never reached even where a network that is allowed would include it.
    private static readonly string[] Never = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"];

    // Networks of houses, companies and providers: only reached where they are named.
    private static readonly string[] Private = ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16"];

    private readonly IReadOnlyList<AllowedHost> hosts = [.. rules.AllowedHosts.Select(AllowedHost.Parse)];

    /// <summary>The sets in which a resolver puts the addresses of allowed names.</summary>
    public IReadOnlyList<string> NameSets => rules.AllowInternet ? [.. hosts.Where(h => h.Name is not null).Select(h => SetOf(h.Name!)).Distinct(StringComparer.Ordinal)] : [];

    /// <summary>What makes those sets.</summary>
    public IEnumerable<string> Declarations => NameSets.Select(set => $"set {set} {{ type ipv4_addr; flags timeout, dynamic; timeout 6h; }}");

    /// <summary>Whether anything is reached by a name.</summary>
    public bool NeedsResolver => rules.AllowInternet && (hosts.Count == 0 || NameSets.Count > 0);

    public static string SetOf(string name) => "n_" + Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(name)))[..16].ToLowerInvariant();

    /// <summary>The lines of a chain that accepts what is allowed.</summary>
    /// <param name="field">Where a packet says whom the machine talks with.</param>
    /// <param name="refusal">What becomes of what is never allowed.</param>
    /// <param name="learns">Whether talking with an address keeps it among those of its name.</param>
    public IEnumerable<string> Lines(string field, string refusal, bool learns)
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

    /// <summary>Without what lies in another: networks that overlap are an error of nft.</summary>
    private static string Set(IEnumerable<string> networks)
    {
        var all = networks.Select(n => IPNetwork.Parse(n.Contains('/', StringComparison.Ordinal) ? n : n + "/32")).Distinct().ToList();
        return $"{{ {string.Join(", ", all.Where(n => !all.Exists(m => m != n && m.PrefixLength < n.PrefixLength && m.Contains(n.BaseAddress))))} }}";
    }
}
