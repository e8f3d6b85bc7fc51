using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Agentworks.Errors;

namespace Agentworks.Provisioning.Users;

/// <summary>A folder of the operator's as it goes to a machine. The same content has the same digest on every computer and at every time.</summary>
/// <param name="Digest">SHA-256 of the manifest, in lower-case hexadecimal.</param>
/// <param name="Manifest">One line per entry: f, x (a file to execute), d or l; a tab; the SHA-256 of a file or the target of a link; a tab; the path.</param>
/// <param name="Archive">A compressed tar of the entries and, first, of the manifest.</param>
public sealed record LocalFolder(string Digest, string Manifest, ReadOnlyMemory<byte> Archive)
{
    private const long Largest = 64 << 20;
    private const string ManifestName = ".agentworks-manifest";
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private const UnixFileMode Plain =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Takes everything but what belongs to git. Links are taken as links.</summary>
    /// <exception cref="NotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidRequestException">It cannot be read, is too large, or holds a name with control characters.</exception>
    public static LocalFolder Read(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new NotFoundException("dotfiles folder", path) { Target = path, Recommendation = "Correct dotfiles_source: Edit-AgwConfig" };
        }

        try
        {
            var entries = new List<Entry>();
            var size = 0L;
            Collect(new DirectoryInfo(path), string.Empty, entries, ref size, path);
            entries.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
            var manifest = string.Concat(entries.Select(entry => $"{entry.Kind}\t{entry.Value}\t{entry.Path}\n"));
            var bytes = Encoding.UTF8.GetBytes(manifest);
            return new LocalFolder(Convert.ToHexString(SHA256.HashData(bytes)).ToLowerInvariant(), manifest, Pack(bytes, entries));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidRequestException($"'{path}' cannot be read: {e.Message}") { Target = path };
        }
    }

    private static void Collect(DirectoryInfo folder, string prefix, List<Entry> entries, ref long size, string root)
    {
        foreach (var info in folder.EnumerateFileSystemInfos())
        {
            var path = prefix + info.Name;
            if (info.Name == ".git" || path == ManifestName)
            {
                continue;
            }

            if (info.Name.Any(char.IsControl) || info.LinkTarget?.Any(char.IsControl) == true)
            {
                throw new InvalidRequestException($"'{root}' holds a name with control characters, which cannot be taken to a machine.") { Target = info.FullName };
            }

            if (info.LinkTarget is { } target)
            {
                entries.Add(new Entry('l', target.Replace('\\', '/'), path, []));
            }
            else if (info is DirectoryInfo inner)
            {
                entries.Add(new Entry('d', "-", path, []));
                Collect(inner, path + "/", entries, ref size, root);
            }
            else
            {
                size += ((FileInfo)info).Length;
                if (size > Largest)
                {
                    throw new InvalidRequestException($"'{root}' holds more than {Largest >> 20} MiB, which is too much to bring to a machine.") { Target = root };
                }

                // What has no length may be a pipe, which would never end.
                var content = ((FileInfo)info).Length == 0 ? [] : File.ReadAllBytes(info.FullName);
                entries.Add(new Entry(IsExecutable(info, content) ? 'x' : 'f', Convert.ToHexString(SHA256.HashData(content)).ToLowerInvariant(), path, content));
            }
        }
    }

    // Windows keeps no such mark; there a script is known by its first line.
    private static bool IsExecutable(FileSystemInfo file, byte[] content) =>
        OperatingSystem.IsWindows() ? content.AsSpan().StartsWith("#!"u8) : file.UnixFileMode.HasFlag(UnixFileMode.UserExecute);

    private static byte[] Pack(byte[] manifest, List<Entry> entries)
    {
        using var packed = new MemoryStream();
        using (var compressed = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        using (var tar = new TarWriter(compressed, TarEntryFormat.Gnu))
        {
            Write(tar, TarEntryType.RegularFile, ManifestName, Plain, manifest, null);
            foreach (var entry in entries)
            {
                var (type, mode) = entry.Kind switch
                {
                    'd' => (TarEntryType.Directory, Plain | Executable),
                    'l' => (TarEntryType.SymbolicLink, Plain | Executable),
                    'x' => (TarEntryType.RegularFile, Plain | Executable),
                    _ => (TarEntryType.RegularFile, Plain),
                };
                Write(tar, type, entry.Path, mode, entry.Content, entry.Kind == 'l' ? entry.Value : null);
            }
        }

        return packed.ToArray();
    }

    private static void Write(TarWriter tar, TarEntryType type, string path, UnixFileMode mode, byte[] content, string? target)
    {
        using var data = new MemoryStream(content, writable: false);
        var entry = new GnuTarEntry(type, path) { Mode = mode, ModificationTime = DateTimeOffset.UnixEpoch, AccessTime = DateTimeOffset.UnixEpoch, ChangeTime = DateTimeOffset.UnixEpoch };
        if (target is not null)
        {
            entry.LinkName = target;
        }
        else if (type == TarEntryType.RegularFile)
        {
            entry.DataStream = data;
        }

        tar.WriteEntry(entry);
    }

    private sealed record Entry(char Kind, string Value, string Path, byte[] Content);
}
