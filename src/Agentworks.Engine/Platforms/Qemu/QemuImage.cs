using System.Text.Json;

namespace Agentworks.Platforms.Qemu;

/// <summary>An image by its name. It is written last: an image with a record is whole.</summary>
/// <param name="Name">As given.</param>
/// <param name="Key">SHA-256 of all that decides what is in it, 16 hexadecimal digits.</param>
/// <param name="Base">The base below it, which its kernel is of.</param>
/// <param name="Layer">The layer with what preparing it changed; null for one that is but a base.</param>
/// <param name="Packages">Packages with versions.</param>
/// <param name="Digest">SHA-256 of what was imported; null for a build.</param>
/// <param name="Created">When it became whole.</param>
internal sealed record QemuImage(
    string Name, string Key, string Base, string? Layer, IReadOnlyList<string> Packages, string? Digest, DateTimeOffset Created)
{
    /// <summary>The packages that were asked for.</summary>
    public IReadOnlyList<string> Asked { get; init; } = [];

    public static QemuImage? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<QemuImage>(File.ReadAllText(file));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void Write(string file) => UnixFiles.Write(file, JsonSerializer.Serialize(this) + "\n", UnixFiles.OwnerOnly);
}
