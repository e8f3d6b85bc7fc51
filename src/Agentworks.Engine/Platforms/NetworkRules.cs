using Agentworks.Errors;

namespace Agentworks.Platforms;

/// <summary>What a machine may reach, enforced outside of it. What is not allowed is not possible: there is no rule to get wrong for "off".</summary>
public sealed record NetworkRules
{
    /// <summary>Nothing at all.</summary>
    public static NetworkRules Closed { get; } = new();

    /// <summary>The internet, or the part of it that <see cref="AllowedHosts"/> names.</summary>
    public bool AllowInternet { get; init; }

    /// <summary>Other dedicated machines of this operator that allow it too.</summary>
    public bool AllowInterVm { get; init; }

    /// <summary>The ports (TCP and UDP) on which other machines may reach it, 1 to 65535; empty: all, where <see cref="AllowInterVm"/>.</summary>
    public IReadOnlyList<int> AllowedPorts { get; init; } = [];

    /// <summary>Host names ("*.example.org" for all below), addresses and networks in CIDR form that it may reach; empty: everything, where <see cref="AllowInternet"/>.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>The same rules in the one form that they are kept and compared in.</summary>
    /// <exception cref="InvalidRequestException">A host or port is none.</exception>
    public NetworkRules Normalize()
    {
        foreach (var port in AllowedPorts.Where(port => port is < 1 or > 65535))
        {
            throw new InvalidRequestException($"{port} is no port.") { Target = port, Recommendation = "Give ports from 1 to 65535." };
        }

        return this with
        {
            AllowedPorts = [.. AllowedPorts.Distinct().Order()],
            AllowedHosts = [.. AllowedHosts.Select(host => AllowedHost.Parse(host).ToString()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        };
    }

    /// <summary>What both allow; each normalized.</summary>
    public NetworkRules Meet(NetworkRules other)
    {
        var mine = AllowedHosts.Select(AllowedHost.Parse).ToArray();
        var theirs = other.AllowedHosts.Select(AllowedHost.Parse).ToArray();
        AllowedHost[] hosts = mine.Length == 0 ? theirs
            : theirs.Length == 0 ? mine
            : [.. mine.Where(one => Array.Exists(theirs, wide => wide.Covers(one))), .. theirs.Where(one => Array.Exists(mine, wide => wide.Covers(one)))];
        int[] ports = AllowedPorts.Count == 0 ? [.. other.AllowedPorts] : other.AllowedPorts.Count == 0 ? [.. AllowedPorts] : [.. AllowedPorts.Intersect(other.AllowedPorts)];

        // An empty list means everything, so where two have nothing in common there is no list.
        return new NetworkRules
        {
            AllowInternet = AllowInternet && other.AllowInternet && (hosts.Length > 0 || (mine.Length == 0 && theirs.Length == 0)),
            AllowInterVm = AllowInterVm && other.AllowInterVm && (ports.Length > 0 || (AllowedPorts.Count == 0 && other.AllowedPorts.Count == 0)),
            AllowedHosts = [.. hosts.Select(host => host.ToString())],
            AllowedPorts = ports,
        }.Normalize();
    }

    /// <summary>Whether both say the same; each normalized.</summary>
    public bool IsSameAs(NetworkRules? other) => other is not null
        && AllowInternet == other.AllowInternet && AllowInterVm == other.AllowInterVm
        && AllowedPorts.SequenceEqual(other.AllowedPorts) && AllowedHosts.SequenceEqual(other.AllowedHosts, StringComparer.Ordinal);
}
