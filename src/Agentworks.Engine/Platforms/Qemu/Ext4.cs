using System.Globalization;

namespace Agentworks.Platforms.Qemu;

/// <summary>An ext4 file system inside a raw disk, read by debugfs, which mounts nothing and needs no root.</summary>
/// <param name="commands">Runs it.</param>
/// <param name="disk">The file.</param>
/// <param name="offset">The byte at which the file system begins.</param>
internal sealed class Ext4(HostCommands commands, string disk, long offset)
{
    public bool IsThere
    {
        get
        {
            using var stream = File.OpenRead(disk);
            stream.Position = Math.Min(offset + 1024 + 56, stream.Length);
            Span<byte> magic = stackalloc byte[2];
            return stream.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic is [0x53, 0xef];
        }
    }

    /// <summary>The names in a folder; none when it is not there.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(string folder, CancellationToken cancellationToken) =>
        [.. (await RunAsync($"ls -p {folder}\n", cancellationToken).ConfigureAwait(false)).Split('\n').Where(line => line.StartsWith('/')).Select(line => line.Split('/')).Where(fields => fields.Length > 5).Select(fields => fields[5])];

    /// <summary>Copies regular files out of it. What is not there leaves no file.</summary>
    public async Task DumpAsync(IEnumerable<(string From, string To)> files, CancellationToken cancellationToken)
    {
        var all = files.ToList();
        all.ForEach(f => File.Delete(f.To));
        await RunAsync(string.Concat(all.Select(f => $"dump \"{f.From}\" \"{f.To}\"\n")), cancellationToken).ConfigureAwait(false);
        foreach (var (_, to) in all.Where(f => new FileInfo(f.To) is { Exists: true, Length: 0 }))
        {
            File.Delete(to);
        }
    }

    public async Task<string> ReadAsync(string file, string folder, CancellationToken cancellationToken)
    {
        var copy = Path.Combine(folder, "read");
        await DumpAsync([(file, copy)], cancellationToken).ConfigureAwait(false);
        if (!File.Exists(copy))
        {
            return string.Empty;
        }

        var text = await File.ReadAllTextAsync(copy, cancellationToken).ConfigureAwait(false);
        File.Delete(copy);
        return text;
    }

    /// <summary>debugfs succeeds whatever its commands come to.</summary>
    private async Task<string> RunAsync(string script, CancellationToken cancellationToken) => await commands.FeedAsync(
        "debugfs", ["-f", "-", string.Create(CultureInfo.InvariantCulture, $"{disk}?offset={offset}")], script, TimeSpan.FromMinutes(10), cancellationToken).ConfigureAwait(false);
}
