using System.Globalization;
using System.Numerics;

namespace Agentworks.Platforms.Nspawn;

/// <summary>Sets of Linux capabilities, one bit each, as /proc tells them.</summary>
internal static class Capabilities
{
    public static ulong Effective() => Read("/proc/self/status", "CapEff:");

    public static ulong BoundingSetOf(int pid) => Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status"), "CapBnd:");

    /// <summary>In setpriv's words: all off, then those of the set on.</summary>
    public static string ToSetpriv(ulong capabilities)
    {
        var words = new List<string> { "-all" };
        for (var rest = capabilities; rest != 0; rest &= rest - 1)
        {
            words.Add(string.Create(CultureInfo.InvariantCulture, $"+cap_{BitOperations.TrailingZeroCount(rest)}"));
        }

        return string.Join(',', words);
    }

    private static ulong Read(string file, string field)
    {
        var line = File.ReadLines(file).First(l => l.StartsWith(field, StringComparison.Ordinal));
        return ulong.Parse(line[field.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
