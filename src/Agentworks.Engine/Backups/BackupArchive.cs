namespace Agentworks.Backups;

/// <summary>One file of a backup: a packed tar stream of a folder.</summary>
public sealed record BackupArchive
{
    public const string Workspace = "workspace";
    public const string Home = "home";
    public const string SessionLogs = "session-logs";

    /// <summary>What it holds: one of the above.</summary>
    public required string Kind { get; init; }

    /// <summary>The workspace, or the Linux user whose home it is.</summary>
    public required string Name { get; init; }

    /// <summary>Relative to the backup's folder, with forward slashes.</summary>
    public required string File { get; init; }

    /// <summary>zstd or gzip.</summary>
    public required string Packer { get; init; }

    /// <summary>Bytes of the file.</summary>
    public required long Size { get; init; }

    /// <summary>Of the file; lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Whether it is of one instant.</summary>
    public bool Snapshot { get; init; }

    /// <summary>Of the folder's content, where it is of one instant.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Files, folders and links, where it is of one instant.</summary>
    public long? Entries { get; init; }
}
