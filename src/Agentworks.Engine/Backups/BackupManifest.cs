namespace Agentworks.Backups;

/// <summary>What a backup holds. Written last: a folder without it is no whole backup.</summary>
public sealed record BackupManifest
{
    public const string FormatName = "agentworks-backup";
    public const int CurrentVersion = 1;

    public required string Format { get; init; }
    public required int Version { get; init; }
    public required string Vm { get; init; }
    public required string VmId { get; init; }
    public required DateTimeOffset Created { get; init; }
    public required TimeSpan Duration { get; init; }

    /// <summary>The version of this module that made it.</summary>
    public required string Module { get; init; }

    /// <summary>Whether files that hold credentials are in it.</summary>
    public required bool Credentials { get; init; }

    public required IReadOnlyList<string> Workspaces { get; init; }
    public required IReadOnlyList<string> Agents { get; init; }
    public required IReadOnlyList<string> Sessions { get; init; }
    public required IReadOnlyList<BackupArchive> Archives { get; init; }

    /// <summary>Of state.json; lower-case hexadecimal.</summary>
    public required string StateSha256 { get; init; }
}
