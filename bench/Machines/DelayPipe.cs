using System.Globalization;

namespace Agentworks.Bench.Machines;

/// <summary>
/// A program in ssh's ProxyCommand that holds every byte back for half a round trip. In Perl, because it starts in a few
/// milliseconds: what it costs by itself must not look like distance.
/// </summary>
public static class DelayPipe
{
    /// <summary>The line for ssh, which replaces what follows a percent sign.</summary>
    public static string CommandLine(int roundTripMilliseconds, string proxyCommand)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "delay.pl");
        var inner = "'" + proxyCommand.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
        return string.Create(CultureInfo.InvariantCulture, $"perl {script} {roundTripMilliseconds} {inner}");
    }
}
