using System.Text.Json;

namespace Agentworks.Platforms.Nspawn;

/// <summary>What a prepared image was made of. It is written last: an image with one is whole.</summary>
internal sealed record ImageManifest(string Name, string Key, IReadOnlyList<string> Packages, DateTimeOffset Created)
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    public static ImageManifest? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<ImageManifest>(File.ReadAllText(file));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    public void Write(string file) => UnixFiles.Write(file, JsonSerializer.Serialize(this, Format) + "\n", UnixFiles.OwnerOnly);
}
