using System.Buffers.Binary;

namespace Agentworks.Platforms.Qemu;

/// <summary>Where partitions are on a disk: a GPT, or an MBR with its logical partitions. Sectors are of 512 bytes.</summary>
internal static class PartitionTable
{
    private const int Sector = 512;
    private const int Most = 256;

    /// <summary>Start and size in bytes of those that are wholly on the disk; none where there is no table.</summary>
    public static IReadOnlyList<(long Start, long Size)> Read(Stream disk)
    {
        var first = At(disk, 0, Sector);
        if (!HasMark(first))
        {
            return [];
        }

        var primary = Enumerable.Range(0, 4).Select(i => Entry(first, i)).ToList();
        var all = primary.Exists(e => e.Kind == 0xee) ? Gpt(disk) : primary.SelectMany(e => IsExtended(e.Kind) ? Logical(disk, e.Start) : [(e.Start, e.Count)]);
        return [.. all.Where(p => p.Start > 0 && p.Count > 0 && p.Start < long.MaxValue / Sector && p.Count <= (disk.Length / Sector) - p.Start).Select(p => (p.Start * Sector, p.Count * Sector))];
    }

    private static IEnumerable<(long Start, long Count)> Gpt(Stream disk)
    {
        var head = At(disk, Sector, Sector);
        if (!head.AsSpan(0, 8).SequenceEqual("EFI PART"u8))
        {
            yield break;
        }

        var table = BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(72));
        var size = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(84));
        var count = Math.Min(BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(80)), Most);
        for (var i = 0; i < count && size is >= 128 and <= 4096 && table > 0 && table < disk.Length / Sector; i++)
        {
            var entry = At(disk, (table * Sector) + ((long)i * size), 128);
            var (start, end) = (BinaryPrimitives.ReadInt64LittleEndian(entry.AsSpan(32)), BinaryPrimitives.ReadInt64LittleEndian(entry.AsSpan(40)));
            if (entry.AsSpan(0, 16).ContainsAnyExcept((byte)0) && start > 0 && end >= start)
            {
                yield return (start, end - start + 1);
            }
        }
    }

    /// <summary>A chain of tables: in each, one partition as seen from it, and the next table as seen from the first.</summary>
    private static IEnumerable<(long Start, long Count)> Logical(Stream disk, long extended)
    {
        var at = extended;
        for (var i = 0; i < Most; i++)
        {
            var table = At(disk, at * Sector, Sector);
            if (!HasMark(table))
            {
                yield break;
            }

            var (one, next) = (Entry(table, 0), Entry(table, 1));
            yield return (at + one.Start, one.Count);
            if (!IsExtended(next.Kind) || next.Start == 0)
            {
                yield break;
            }

            at = extended + next.Start;
        }
    }

    private static (byte Kind, long Start, long Count) Entry(byte[] table, int number)
    {
        var entry = table.AsSpan(446 + (16 * number), 16);
        return (entry[4], BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]), BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]));
    }

    private static bool IsExtended(byte kind) => kind is 0x05 or 0x0f or 0x85;

    private static bool HasMark(byte[] sector) => sector is [.., 0x55, 0xaa];

    /// <summary>Zeros where the end is nearer than that.</summary>
    private static byte[] At(Stream disk, long position, int length)
    {
        var bytes = new byte[length];
        disk.Position = Math.Min(position, disk.Length);
        return disk.ReadAtLeast(bytes, length, throwOnEndOfStream: false) == length ? bytes : new byte[length];
    }
}
