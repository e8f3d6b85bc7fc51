using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;

namespace Agentworks.Bench.Machines;

/// <summary>A worker of this program that stands in ssh's ProxyCommand and holds every byte back for half a round trip.</summary>
public static class DelayPipe
{
    public const string Worker = "delay";

    /// <summary>The line for ssh, which replaces what follows a percent sign.</summary>
    public static string CommandLine(int roundTripMilliseconds, string proxyCommand)
    {
        var self = Environment.ProcessPath!;
        var program = Path.GetFileNameWithoutExtension(self) == "dotnet" ? $"{self} {typeof(DelayPipe).Assembly.Location}" : self;
        var inner = "'" + proxyCommand.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
        return string.Create(CultureInfo.InvariantCulture, $"{program} --worker {Worker} {roundTripMilliseconds} {inner}");
    }

    public static async Task<int> RunAsync(string[] arguments)
    {
        var delay = TimeSpan.FromMilliseconds(int.Parse(arguments[0], CultureInfo.InvariantCulture) / 2.0);
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec " + arguments[1]]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var there = PumpAsync(Console.OpenStandardInput(), process.StandardInput.BaseStream, delay);
        var back = PumpAsync(process.StandardOutput.BaseStream, Console.OpenStandardOutput(), delay);
        await Task.WhenAny(there, back);
        process.Kill(entireProcessTree: true);
        return 0;
    }

    // Bytes keep their distance: each piece leaves as long after its arrival as every other, however many are under way.
    private static async Task PumpAsync(Stream from, Stream to, TimeSpan delay)
    {
        var line = Channel.CreateUnbounded<(long Due, byte[] Data)>();
        var sending = Task.Run(async () =>
        {
            await foreach (var (due, data) in line.Reader.ReadAllAsync())
            {
                var rest = TimeSpan.FromTicks(due - Stopwatch.GetTimestamp() * TimeSpan.TicksPerSecond / Stopwatch.Frequency);
                if (rest > TimeSpan.Zero)
                {
                    await Task.Delay(rest);
                }

                await to.WriteAsync(data);
                await to.FlushAsync();
            }
        });
        var buffer = new byte[65536];
        int read;
        while ((read = await from.ReadAsync(buffer)) > 0)
        {
            var now = Stopwatch.GetTimestamp() * TimeSpan.TicksPerSecond / Stopwatch.Frequency;
            line.Writer.TryWrite((now + delay.Ticks, buffer[..read]));
        }

        line.Writer.Complete();
        await sending;
    }
}
