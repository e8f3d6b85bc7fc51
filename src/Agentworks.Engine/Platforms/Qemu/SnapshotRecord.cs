using System.Text.Json;

namespace Agentworks.Platforms.Qemu;

/// <summary>A saved state: a layer that nobody writes to any more, and perhaps the memory of that instant in a file beside this one.</summary>
/// <param name="Id">The caller's.</param>
/// <param name="Layer">Its layer.</param>
/// <param name="Memory">The shape of the machine that its memory belongs to; null without.</param>
/// <param name="Created">When it was taken.</param>
internal sealed record SnapshotRecord(string Id, string Layer, QemuShape? Memory, DateTimeOffset Created)
{
    public static SnapshotRecord? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<SnapshotRecord>(File.ReadAllText(file));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void Write(string file) => UnixFiles.Write(file, JsonSerializer.Serialize(this) + "\n", UnixFiles.OwnerOnly);
}
