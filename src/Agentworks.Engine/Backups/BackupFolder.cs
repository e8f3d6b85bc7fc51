using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;

namespace Agentworks.Backups;

/// <summary>A backup on the operator's disk. It may have come from anybody: what is read of it is checked.</summary>
public sealed partial class BackupFolder
{
    private const string ManifestFile = "manifest.json";
    private const string StateFile = "state.json";
    private const string Stamp = "yyyyMMdd'T'HHmmssfff'Z'";
    private const long MaxJson = 64 << 20;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };

    private BackupFolder(string path) => Path = path;

    public string Path { get; }

    /// <summary>A new one, which only the operator can read.</summary>
    public static BackupFolder Create(string root, string vm, DateTimeOffset now)
    {
        var folder = new BackupFolder(System.IO.Path.Combine(root, $"{vm}-{now.UtcDateTime.ToString(Stamp, CultureInfo.InvariantCulture)}"));
        if (!Directory.Exists(root))
        {
            PrivateFolder.Create(root);
        }

        PrivateFolder.Create(folder.Path);
        return folder;
    }

    /// <summary>One that exists.</summary>
    /// <exception cref="BackupInvalidException">There is no folder.</exception>
    public static BackupFolder Open(string path) => Directory.Exists(path)
        ? new BackupFolder(System.IO.Path.GetFullPath(path))
        : throw new BackupInvalidException($"'{path}' is no folder.") { Target = path, Recommendation = "Get-AgwVmBackup lists the backups." };

    /// <summary>What is in a folder of backups, the newest first.</summary>
    public static IReadOnlyList<AgwVmBackup> List(string root) => !Directory.Exists(root)
        ? []
        : [.. Directory.GetDirectories(root).Select(path => Describe(path)).OfType<AgwVmBackup>().OrderByDescending(backup => backup.Created)];

    /// <summary>Whether the folder is by its name and its lack of a manifest a backup that was not finished.</summary>
    public static bool IsUnfinished(string path) =>
        Directory.Exists(path) && Name().IsMatch(System.IO.Path.GetFileName(path)) && !File.Exists(System.IO.Path.Combine(path, ManifestFile));

    public FileStream CreateFile(string file)
    {
        PrivateFolder.Create(System.IO.Path.GetDirectoryName(PathOf(file))!);
        return PrivateFolder.CreateFile(PathOf(file));
    }

    public FileStream OpenFile(BackupArchive archive) => new(PathOf(archive.File), FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, useAsync: true);

    /// <summary>Writes the state, then the manifest, whole: now it is a backup.</summary>
    public void Complete(BackupState state, BackupManifest manifest)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(state, Json);
        PrivateFile.Write(PathOf(StateFile), text, overwrite: false);
        PrivateFile.Write(PathOf(ManifestFile), JsonSerializer.SerializeToUtf8Bytes(manifest with { StateSha256 = Hex(SHA256.HashData(text)) }, Json), overwrite: false);
    }

    public void Delete() => Directory.Delete(Path, recursive: true);

    /// <exception cref="BackupInvalidException">There is none, or none that this version understands.</exception>
    public BackupManifest ReadManifest()
    {
        if (!File.Exists(PathOf(ManifestFile)))
        {
            throw Invalid("it has no manifest, so its making was not finished");
        }

        var manifest = Parse<BackupManifest>(ReadJson(ManifestFile), ManifestFile);
        if (manifest.Format != BackupManifest.FormatName)
        {
            throw Invalid("its manifest is of something else");
        }

        if (manifest.Version > BackupManifest.CurrentVersion)
        {
            throw new BackupInvalidException($"The backup in '{Path}' was made by a newer version of this module (format {manifest.Version}; this version reads {BackupManifest.CurrentVersion}).")
            {
                Target = Path,
                Recommendation = "Update-Module Agentworks",
            };
        }

        var proper = manifest.Archives.All(archive =>
            FileName().IsMatch(archive.File) && archive.Packer is "zstd" or "gzip" && archive.Kind is BackupArchive.Workspace or BackupArchive.Home or BackupArchive.SessionLogs);
        return proper && manifest.Archives.DistinctBy(archive => archive.File, StringComparer.Ordinal).Count() == manifest.Archives.Count
            ? manifest
            : throw Invalid("its manifest names files that no backup has");
    }

    /// <summary>The recorded things, after everything was compared with the manifest.</summary>
    /// <exception cref="BackupInvalidException">A file is missing, cut short or not what it was.</exception>
    public async Task<BackupState> VerifyAsync(BackupManifest manifest, IEventSink events, CancellationToken cancellationToken)
    {
        var text = ReadJson(StateFile);
        if (Hex(SHA256.HashData(text)) != manifest.StateSha256)
        {
            throw Damaged(StateFile);
        }

        const string activity = "Checking the backup";
        var total = manifest.Archives.Sum(archive => archive.Size);
        var done = 0L;
        try
        {
            foreach (var archive in manifest.Archives)
            {
                events.Report(new ProgressEvent(activity, archive.File, total == 0 ? 0 : (int)(100 * done / total)));
                await VerifyAsync(archive, cancellationToken).ConfigureAwait(false);
                done += archive.Size;
            }
        }
        finally
        {
            events.Report(new ProgressEvent(activity, string.Empty, Completed: true));
        }

        return Parse<BackupState>(text, StateFile);
    }

    private async Task VerifyAsync(BackupArchive archive, CancellationToken cancellationToken)
    {
        var info = new FileInfo(PathOf(archive.File));
        if (!info.Exists || info.LinkTarget is not null || info.Length != archive.Size)
        {
            throw Damaged(archive.File);
        }

        var stream = OpenFile(archive);
        await using var _ = stream.ConfigureAwait(false);
        if (Hex(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false)) != archive.Sha256)
        {
            throw Damaged(archive.File);
        }
    }

    private static AgwVmBackup? Describe(string path)
    {
        var match = Name().Match(System.IO.Path.GetFileName(path));
        if (!match.Success || !DateTimeOffset.TryParseExact(match.Groups["stamp"].Value, Stamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var created))
        {
            return null;
        }

        var backup = new AgwVmBackup { Vm = match.Groups["vm"].Value, Path = path, Created = created, Status = BackupStatus.Incomplete };
        if (IsUnfinished(path))
        {
            return backup;
        }

        try
        {
            return Describe(path, new BackupFolder(path).ReadManifest());
        }
        catch (BackupInvalidException)
        {
            return backup with { Status = BackupStatus.Unreadable };
        }
    }

    internal static AgwVmBackup Describe(string path, BackupManifest manifest) => new()
    {
        Vm = manifest.Vm,
        Path = path,
        Created = manifest.Created,
        Status = BackupStatus.Complete,
        Size = manifest.Archives.Sum(archive => archive.Size),
        Workspaces = manifest.Workspaces,
        Agents = manifest.Agents,
        Sessions = manifest.Sessions,
        Duration = manifest.Duration,
    };

    private string PathOf(string file) => System.IO.Path.Combine(Path, file.Replace('/', System.IO.Path.DirectorySeparatorChar));

    private byte[] ReadJson(string file)
    {
        try
        {
            var info = new FileInfo(PathOf(file));
            return info.Length <= MaxJson ? File.ReadAllBytes(info.FullName) : throw Damaged(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupInvalidException($"The backup in '{Path}' cannot be read: {e.Message}", e) { Target = Path };
        }
    }

    private T Parse<T>(byte[] text, string file)
    {
        try
        {
            var read = JsonSerializer.Deserialize<T>(text, Json);
            return WholeRecord.Is(read) ? read! : throw Damaged(file);
        }
        catch (JsonException e)
        {
            throw new BackupInvalidException($"The backup in '{Path}' cannot be used: {file} is not what it should be ({e.Path}).", e) { Target = Path };
        }
    }

    private BackupInvalidException Damaged(string file) => Invalid($"{file} is missing, cut short or not what was written");

    private BackupInvalidException Invalid(string why) => new($"The backup in '{Path}' cannot be used: {why}.")
    {
        Target = Path,
        Recommendation = "Get-AgwVmBackup lists those that are complete.",
    };

    internal static string Hex(byte[] hash) => Convert.ToHexString(hash).ToLowerInvariant();

    [GeneratedRegex("^(?<vm>[a-z0-9][a-z0-9_-]*)-(?<stamp>[0-9]{8}T[0-9]{9}Z)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();

    [GeneratedRegex("^(workspaces/[a-z0-9][a-z0-9_-]*|homes/[a-z_][a-z0-9_-]*|session-logs)[.]tar[.](zst|gz)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FileName();
}
