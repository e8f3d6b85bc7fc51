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
            Internet(rules, upstream, Line);
        }

        return text.ToString();

        void Line(string line) => text.Append(line).Append('\n');
    }

    private static void Internet(NetworkRules rules, IPAddress upstream, Action<string> line)
    {
        // Machines have IPv4 only.
        line("filter-AAAA");
        if (rules.AllowedHosts.Count == 0)
        {
            line($"server={upstream}");
            return;
        }

        // Each answer must pass by the rules' sets. Whoever owns a name may say that it leads into a private network; the rules do not follow.
        line("cache-size=0");
        foreach (var name in rules.AllowedHosts.Select(AllowedHost.Parse).Where(h => h.Name is not null).GroupBy(h => h.Name!, StringComparer.Ordinal))
        {
            var itself = name.Any(h => !h.Below);
            var below = name.Any(h => h.Below);
            line(itself ? $"server=/{name.Key}/{upstream}" : $"server=/*.{name.Key}/{upstream}");
            if (!below)
            {
                // Else questions for names below would reach the name's owner, with whatever is written in them.
                line($"local=/*.{name.Key}/");
            }

            line($"nftset=/{name.Key}/4#inet#agentworks#{GatewayRules.SetOf(name.Key)}");
        }
    }
}
