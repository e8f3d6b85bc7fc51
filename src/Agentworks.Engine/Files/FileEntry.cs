using System.Buffers.Binary;
using Agentworks.Model;

namespace Agentworks.Files;

/// <summary>A thing in a folder, as the machine tells of it.</summary>
internal sealed record FileEntry(string Path, AgwFileKind Kind, uint Mode, long Length, DateTimeOffset LastWriteTime, string Owner, string Group, string LinkTarget)
{
    /// <summary>Takes the next entry off the front.</summary>
    public static FileEntry Read(ref ReadOnlySpan<byte> data)
    {
        var kind = (AgwFileKind)data[0];
        var mode = BinaryPrimitives.ReadUInt32BigEndian(data[1..]);
        var length = BinaryPrimitives.ReadInt64BigEndian(data[5..]);
        var changed = BinaryPrimitives.ReadInt64BigEndian(data[13..]);
        data = data[21..];
        return new FileEntry(Text(ref data), kind, mode, length, Time(changed), Text(ref data), Text(ref data), Text(ref data));
    }

    public static string Text(ref ReadOnlySpan<byte> data)
    {
        var length = (int)BinaryPrimitives.ReadUInt32BigEndian(data);
        var text = MachinePath.Decode(data.Slice(4, length));
        data = data[(4 + length)..];
        return text;
    }

    // Whoever owns a file may say it is of any time, also of one that no calendar has.
    private static DateTimeOffset Time(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, -62_135_596_800, 253_402_300_799)).ToLocalTime();
}
