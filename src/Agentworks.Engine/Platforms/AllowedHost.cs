using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Agentworks.Errors;

namespace Agentworks.Platforms;

/// <summary>One entry of <see cref="NetworkRules.AllowedHosts"/>: a host name, all names below one, or a network of IPv4 addresses.</summary>
public sealed partial record AllowedHost
{
    // This computer itself, its link (where clouds answer for their metadata), groups, and what no host has.
    private static readonly IPNetwork[] Impossible =
        [.. new[] { "0.0.0.0/32", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32" }.Select(n => IPNetwork.Parse(n))];

    private AllowedHost()
    {
    }

    /// <summary>The name in lower-case ASCII, without "*."; null for a network.</summary>
    public string? Name { get; private init; }

    /// <summary>All names below <see cref="Name"/>, but not the name itself.</summary>
    public bool Below { get; private init; }

    /// <summary>The addresses; a single one has 32 bits.</summary>
    public IPNetwork? Network { get; private init; }

    /// <summary>Reads "example.org", "*.example.org", "192.0.2.7" or "192.0.2.0/24".</summary>
    /// <exception cref="InvalidRequestException">It is none of these, or nothing that a machine may ever reach.</exception>
    public static AllowedHost Parse(string text)
    {
        var trimmed = text.Trim().TrimEnd('.');
        if (trimmed.Contains(':', StringComparison.Ordinal) || (trimmed.Contains('/', StringComparison.Ordinal) && !LooksLikeNetwork().IsMatch(trimmed)))
        {
            throw Refuse(text, IPAddress.TryParse(trimmed.Split('/')[0].Trim('[', ']'), out var six) && six.AddressFamily == AddressFamily.InterNetworkV6
                ? "is an IPv6 address; machines have IPv4 only."
                : "is no host: give its name or address alone, without scheme, port and path.");
        }

        return LooksLikeNetwork().IsMatch(trimmed) ? ParseNetwork(trimmed, text) : ParseName(trimmed, text);
    }

    /// <summary>Whether whoever is allowed this may reach all that <paramref name="other"/> names.</summary>
    public bool Covers(AllowedHost other) => (Network, other.Network) switch
    {
        ({ } mine, { } theirs) => mine.PrefixLength <= theirs.PrefixLength && mine.Contains(theirs.BaseAddress),
        (null, null) => Below ? other.Name!.EndsWith("." + Name, StringComparison.Ordinal) || (other.Below && other.Name == Name) : !other.Below && other.Name == Name,
        _ => false,
    };

    /// <summary>As it is written in rules.</summary>
    public override string ToString() =>
        Network is { } network ? network.PrefixLength == 32 ? network.BaseAddress.ToString() : network.ToString() : (Below ? "*." : string.Empty) + Name;

    private static AllowedHost ParseNetwork(string text, string given)
    {
        var parts = text.Split('/');
        if (!IPAddress.TryParse(parts[0], out var address) || parts[0].Split('.').Length != 4
            || !int.TryParse(parts.Length > 1 ? parts[1] : "32", NumberStyles.None, CultureInfo.InvariantCulture, out var bits) || bits > 32)
        {
            throw Refuse(given, "is neither an address nor a network, such as 192.0.2.7 or 192.0.2.0/24.");
        }

        var network = new IPNetwork(Masked(address, bits), bits);
        return Array.Exists(Impossible, n => n.PrefixLength <= bits && n.Contains(network.BaseAddress))
            ? throw Refuse(given, "can be allowed to no machine: loopback, link-local (where clouds keep their metadata) and multicast addresses are out of reach.")
            : new AllowedHost { Network = network };
    }

    private static AllowedHost ParseName(string text, string given)
    {
        var below = text.StartsWith("*.", StringComparison.Ordinal);
        var name = Ascii(below ? text[2..] : text);
        if (name is null || name.Length > 253 || !HostName().IsMatch(name) || name is "localhost")
        {
            throw Refuse(given, text == "*" ? "is no host. Leave out the hosts to allow all." : "is no host name, such as example.org or *.example.org.");
        }

        return new AllowedHost { Name = name, Below = below };
    }

    private static string? Ascii(string name)
    {
        try
        {
            return new IdnMapping().GetAscii(name).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static IPAddress Masked(IPAddress address, int bits)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] &= (byte)(0xff00 >> Math.Clamp(bits - (8 * i), 0, 8));
        }

        return new IPAddress(bytes);
    }

    private static InvalidRequestException Refuse(string text, string why) => new($"'{ShownName.Of(text)}' {why}")
    {
        Target = text,
        Recommendation = "Give host names (*.example.org for all below one), IPv4 addresses, or networks in CIDR form.",
    };

    [GeneratedRegex("^[0-9.]+(/[0-9]+)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LooksLikeNetwork();

    [GeneratedRegex("^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)([.][a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HostName();
}
