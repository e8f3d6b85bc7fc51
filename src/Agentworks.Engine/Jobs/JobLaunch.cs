using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Agentworks.Jobs;

/// <summary>Everything that one job needs on its machine, as the record that jobs-supervisor.pl reads.</summary>
public sealed record JobLaunch
{
    public required string Id { get; init; }
    public required string User { get; init; }
    public required string Directory { get; init; }
    public required string Command { get; init; }
    public TimeSpan? Timeout { get; init; }
    public required long MaxOutputBytes { get; init; }

    /// <summary>All variables, secrets among them: this goes through memory only.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>More variables, whose values are in files of the machine that only root can read.</summary>
    public required IReadOnlyDictionary<string, string> SecretFiles { get; init; }

    /// <summary>Of one supervisor's jobs: each record with its length before it.</summary>
    public static byte[] Encode(IEnumerable<JobLaunch> launches)
    {
        var all = new ArrayBufferWriter<byte>();
        foreach (var launch in launches)
        {
            var record = launch.Encode();
            Number(all, (uint)record.Length);
            all.Write(record);
        }

        return all.WrittenSpan.ToArray();
    }

    private ReadOnlySpan<byte> Encode()
    {
        var writer = new ArrayBufferWriter<byte>();
        Text(writer, Id);
        Text(writer, User);
        Text(writer, Directory);
        Text(writer, Command);
        Long(writer, Timeout is { } limit ? Math.Max(1, (long)limit.TotalMilliseconds) : 0);
        Long(writer, MaxOutputBytes);
        Text(writer, string.Concat(Environment.Select(one => $"{one.Key}={one.Value}\0").Concat(SecretFiles.Select(one => $"@{one.Key}={one.Value}\0"))));
        return writer.WrittenSpan;
    }

    private static void Text(ArrayBufferWriter<byte> writer, string text)
    {
        Number(writer, (uint)Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, writer);
    }

    private static void Number(ArrayBufferWriter<byte> writer, uint number)
    {
        BinaryPrimitives.WriteUInt32BigEndian(writer.GetSpan(4), number);
        writer.Advance(4);
    }

    private static void Long(ArrayBufferWriter<byte> writer, long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(writer.GetSpan(8), number);
        writer.Advance(8);
    }
}
