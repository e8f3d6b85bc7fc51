using System.Diagnostics;
using System.Globalization;

namespace Agentworks.Bench.Machines;

/// <summary>Time at no distance and at 200 ms, and from the two the round trips really paid.</summary>
public sealed record RoundTrips(double Near, double Far)
{
    public const int Distance = 200;

    /// <summary>(t200 - t0) / 200 ms.</summary>
    public double Count => (Far - Near) / Distance;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Near:0} ms, {Count:0.0} round trips");

    /// <summary>Milliseconds that an action takes.</summary>
    public static async Task<double> TimeAsync(Func<Task> action)
    {
        var watch = Stopwatch.StartNew();
        await action();
        return watch.Elapsed.TotalMilliseconds;
    }

    public static async Task<double> MedianAsync(int rounds, Func<int, Task> action)
    {
        var times = new List<double>();
        for (var i = 0; i < rounds; i++)
        {
            times.Add(await TimeAsync(() => action(i)));
        }

        return Statistics.Median(times);
    }
}
