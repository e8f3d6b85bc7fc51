using System.Text.Json;

namespace Agentworks.Platforms.Qemu;

/// <summary>What a layer lies on: another layer, or a base.</summary>
internal sealed record LayerRecord(string Id, string? Parent, string Base)
{
    public static LayerRecord? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<LayerRecord>(File.ReadAllText(file));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void Write(string file) => UnixFiles.Write(file, JsonSerializer.Serialize(this) + "\n", UnixFiles.OwnerOnly);
}
