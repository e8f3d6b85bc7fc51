using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;

namespace Agentworks.Tests.CrashHost;

/// <summary>
/// Stands between the engine and its connection, and breaks it right after the n-th frame that went either way: nothing of a later
/// frame passes. A frame is a type of 1 byte, a stream id of 4, a length of 4 and as many bytes.
/// </summary>
public sealed class CutPipe(int frames)
{
    private const int Header = 9;
    private readonly object _gate = new();
    private int _left = frames;

    /// <param name="command">The connection's own program and arguments.</param>
    public async Task<int> RunAsync(string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var program = int.Parse(command[^1].Split(' ')[^1], CultureInfo.InvariantCulture);
        var there = PumpAsync(Console.OpenStandardInput(), process.StandardInput.BaseStream, process, data => data.Length >= program ? program : -1);
        var back = PumpAsync(process.StandardOutput.BaseStream, Console.OpenStandardOutput(), process, AfterGreeting);
        await Task.WhenAny(there, back);
        process.Kill();
        return 0;
    }

    private async Task PumpAsync(Stream from, Stream to, Process process, Func<byte[], int> framesBegin)
    {
        // What precedes the frames passes whole: one way the program for the machine, the other its greeting.
        var buffer = new MemoryStream();
        var framed = false;
        var chunk = new byte[65536];
        int read;
        while ((read = await from.ReadAsync(chunk)) > 0)
        {
            buffer.Write(chunk, 0, read);
            if (!framed)
            {
                var start = framesBegin(buffer.ToArray());
                if (start < 0)
                {
                    continue;
                }

                var all = buffer.ToArray();
                await to.WriteAsync(all.AsMemory(0, start));
                buffer = new MemoryStream();
                buffer.Write(all, start, all.Length - start);
                framed = true;
            }

            while (TryTakeFrame(ref buffer, out var frame))
            {
                await to.WriteAsync(frame);
                await to.FlushAsync();
                lock (_gate)
                {
                    if (--_left == 0)
                    {
                        process.Kill();
                        Environment.Exit(0);
                    }
                }
            }
        }
    }

    private static int AfterGreeting(byte[] data)
    {
        ReadOnlySpan<byte> greeting = "agentworks-channel\0"u8;
        var at = data.AsSpan().IndexOf(greeting);
        var end = at + greeting.Length;
        return at < 0 || end >= data.Length ? -1 : data[end] == 0xff ? end + 1 : end;
    }

    private static bool TryTakeFrame(ref MemoryStream buffer, out byte[] frame)
    {
        var all = buffer.ToArray();
        frame = [];
        if (all.Length < Header)
        {
            return false;
        }

        var length = Header + (int)BinaryPrimitives.ReadUInt32BigEndian(all.AsSpan(5));
        if (all.Length < length)
        {
            return false;
        }

        frame = all[..length];
        buffer = new MemoryStream();
        buffer.Write(all, length, all.Length - length);
        return true;
    }
}
