using System.Globalization;

namespace Agentworks.Bench.Machines;

/// <summary>
/// A program in ssh's ProxyCommand that holds every byte back for half a round trip. In Perl, because it starts in a few
/// milliseconds: what it costs by itself must not look like distance.
/// </summary>
public static class DelayPipe
{
    private const string Netcat = "/nc' '-F'";

    /// <summary>The line for ssh: the program stands where the machine's own has nc, in its network.</summary>
    public static string CommandLine(int roundTripMilliseconds, string proxyCommand)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "delay.pl");
        var relay = string.Create(CultureInfo.InvariantCulture, $"'perl' '{script}' '{roundTripMilliseconds}'");
        var end = proxyCommand.IndexOf(Netcat, StringComparison.Ordinal);
        return string.Concat(proxyCommand.AsSpan(0, proxyCommand.LastIndexOf('\'', end - 1)), relay, proxyCommand.AsSpan(end + Netcat.Length));
    }
}
