using System.Net;
using System.Text;

namespace Agentworks.Platforms.Nspawn;

/// <summary>What dnsmasq is told for a machine: which names it answers, whom it asks, and that it puts the addresses of allowed names where the rules look.</summary>
internal static class ResolverConfig
{
    /// <param name="rules">Normalized.</param>
    /// <param name="upstream">Whom it asks.</param>
    /// <param name="names">The folder with the names of other machines.</param>
    public static string Write(NetworkRules rules, IPAddress upstream, string names)
    {
        var text = new StringBuilder();
        Line("no-resolv");
        Line("no-hosts");
        Line("pid-file=");
        Line("user=nobody");
        Line("listen-address=" + MachineAddress.Gateway);
        Line("bind-interfaces");
        Line("log-facility=-");
        Line("no-ident");
        if (rules.AllowInterVm)
        {
            Line("hostsdir=" + names);
        }

        if (rules.AllowInternet)
        {
            Internet(rules, upstream.ToString()).ToList().ForEach(Line);
        }

        return text.ToString();

        void Line(string line) => text.Append(line).Append('\n');
    }

    /// <summary>Which names of the internet it answers, and where their addresses go.</summary>
    internal static IEnumerable<string> Internet(NetworkRules rules, string upstream)
    {
        // Machines have IPv4 only.
        yield return "filter-AAAA";
        if (rules.AllowedHosts.Count == 0)
        {
            yield return $"server={upstream}";
            yield break;
        }

        // Each answer must pass by the rules' sets. Whoever owns a name may say that it leads into a private network; the rules do not follow.
        yield return "cache-size=0";
        foreach (var name in rules.AllowedHosts.Select(AllowedHost.Parse).Where(h => h.Name is not null).GroupBy(h => h.Name!, StringComparer.Ordinal))
        {
            var itself = name.Any(h => !h.Below);
            var below = name.Any(h => h.Below);
            yield return itself ? $"server=/{name.Key}/{upstream}" : $"server=/*.{name.Key}/{upstream}";
            if (!below)
            {
                // Else questions for names below would reach the name's owner, with whatever is written in them.
                yield return $"local=/*.{name.Key}/";
            }

            yield return $"nftset=/{name.Key}/4#inet#agentworks#{AllowedReach.SetOf(name.Key)}";
        }
    }
}
