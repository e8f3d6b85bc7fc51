using System.Text.Json;

namespace Agentworks.Platforms.Qemu;

/// <summary>What a machine is, as its folder remembers it.</summary>
internal sealed record QemuRecord
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    public required MachineSpec Spec { get; init; }

    /// <summary>The key of the base that its kernel is of.</summary>
    public required string Base { get; init; }

    /// <summary>The layer that it writes to. When QEMU runs and writes to another, the change was cut off and is to be finished.</summary>
    public required string Disk { get; init; }

    /// <summary>The snapshot whose memory it goes on with at its next start; null to boot.</summary>
    public string? Resume { get; init; }

    /// <summary>Its processors are stopped on purpose.</summary>
    public bool Suspended { get; init; }

    /// <summary>Made to the end.</summary>
    public bool Whole { get; init; }

    public required DateTimeOffset Created { get; init; }

    public static QemuRecord? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<QemuRecord>(File.ReadAllText(file));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void Write(string file) => UnixFiles.Write(file, JsonSerializer.Serialize(this, Format) + "\n", UnixFiles.OwnerOnly);
}
