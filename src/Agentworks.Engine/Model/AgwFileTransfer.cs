namespace Agentworks.Model;

/// <summary>A file or folder that was copied between this computer and a workspace.</summary>
public sealed record AgwFileTransfer
{
    public required string Source { get; init; }
    public required string Destination { get; init; }
    public required FileDirection Direction { get; init; }
    public required string Workspace { get; init; }
    public required string Vm { get; init; }

    /// <summary>Bytes of content that went over.</summary>
    public required long Bytes { get; init; }

    public required int Files { get; init; }
    public required TimeSpan Duration { get; init; }

    /// <summary>Of a single file, in hexadecimal; null for a folder, whose content was checked as a whole.</summary>
    public string? Sha256 { get; init; }
}
