using System.Text.Json;

namespace Agentworks.Platforms.Nspawn;

/// <summary>Whose machine a folder is, and which image it is a copy of. It is the first file of a machine and the last to go.</summary>
internal sealed record OwnerRecord(string Owner, string Name, string HostName, string WorkspacesPath, string Image, DateTimeOffset Created)
{
    /// <summary>The machine of a dedicated workspace. Its image is a name, not a key, and needed no longer once it is made.</summary>
    public bool Dedicated { get; init; }

    public int? Cpus { get; init; }
    public int? MemoryMiB { get; init; }
    public int? DiskGiB { get; init; }

    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    public static OwnerRecord? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<OwnerRecord>(File.ReadAllText(file));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void Write(string file) => UnixFiles.Write(file, JsonSerializer.Serialize(this, Format) + "\n", UnixFiles.OwnerOnly);
}
