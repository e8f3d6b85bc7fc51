using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using Agentworks.Provisioning;
using Agentworks.Transport;

namespace Agentworks.Platforms.Qemu;

/// <summary>
/// What must be this machine's alone: host key, machine id, names, seed, who may log in. It is a tar on a second disk; the initrd unpacks it when
/// the first disk last belonged to another machine. All of it is made once, before the machine's first boot.
/// </summary>
internal sealed class QemuSeed(QemuPaths paths, HostCommands commands)
{
    public bool IsWritten => File.Exists(paths.Seed);

    /// <param name="spec">The machine.</param>
    /// <param name="files">Those besides keys, machine id and seed.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task WriteAsync(MachineSpec spec, IReadOnlyList<MachineFile> files, CancellationToken cancellationToken)
    {
        if (IsWritten)
        {
            return;
        }

        var host = Path.Combine(paths.Folder, "host_key");
        await MakeKeyAsync(host, "agw-" + spec.Id, cancellationToken).ConfigureAwait(false);
        await MakeKeyAsync(paths.RootKey, "agentworks", cancellationToken).ConfigureAwait(false);
        var words = (await File.ReadAllTextAsync(paths.HostKey, cancellationToken).ConfigureAwait(false)).Split(' ');
        await new KnownHosts(paths.KnownHosts).PinAsync(spec.Id, [$"{words[0]} {words[1]}"], cancellationToken).ConfigureAwait(false);

        var unfinished = paths.Seed + ".new";
        File.Delete(unfinished);
        var stream = UnixFiles.CreateFile(unfinished);
        await using (stream.ConfigureAwait(false))
        {
            var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true);
            await using var _ = tar.ConfigureAwait(false);
            await AddAsync(tar, "instance", "0644", spec.Id + "\n", cancellationToken).ConfigureAwait(false);
            await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.Directory, "files/") { Mode = Mode("0755") }, cancellationToken).ConfigureAwait(false);
            HashSet<string> folders = new(StringComparer.Ordinal);
            foreach (var file in files.Concat(Secrets(host)))
            {
                await AddFoldersAsync(tar, file.Path, folders, cancellationToken).ConfigureAwait(false);
                await AddAsync(tar, "files" + file.Path, file.Mode, file.Content, cancellationToken).ConfigureAwait(false);
            }
        }

        File.Delete(host);
        File.Move(unfinished, paths.Seed);
    }

    private IEnumerable<MachineFile> Secrets(string host) =>
    [
        new("/etc/machine-id", "0644", RandomNumberGenerator.GetHexString(32, lowercase: true) + "\n"),
        new("/var/lib/systemd/random-seed", "0600", RandomNumberGenerator.GetHexString(1024)),
        new("/etc/ssh/ssh_host_ed25519_key", "0600", File.ReadAllText(host)),
        new("/etc/ssh/ssh_host_ed25519_key.pub", "0644", File.ReadAllText(paths.HostKey)),
        new("/root/.ssh/authorized_keys", "0600", File.ReadAllText(paths.RootKey + ".pub")),
    ];

    private async Task MakeKeyAsync(string file, string comment, CancellationToken cancellationToken)
    {
        File.Delete(file);
        File.Delete(file + ".pub");
        await commands.RunAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", string.Empty, "-C", comment, "-f", file], cancellationToken).ConfigureAwait(false);
    }

    private static async Task AddFoldersAsync(TarWriter tar, string path, HashSet<string> done, CancellationToken cancellationToken)
    {
        for (var at = path.IndexOf('/', 1); at > 0; at = path.IndexOf('/', at + 1))
        {
            var folder = path[..at];
            if (done.Add(folder))
            {
                var secret = folder.StartsWith("/root", StringComparison.Ordinal);
                await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.Directory, "files" + folder + "/") { Mode = Mode(secret ? "0700" : "0755") }, cancellationToken)
                    .ConfigureAwait(false);
            }
        }
    }

    private static async Task AddAsync(TarWriter tar, string name, string mode, string content, CancellationToken cancellationToken)
    {
        using var data = new MemoryStream(Encoding.UTF8.GetBytes(content));
        var entry = new UstarTarEntry(TarEntryType.RegularFile, name) { Mode = Mode(mode), DataStream = data };
        await tar.WriteEntryAsync(entry, cancellationToken).ConfigureAwait(false);
    }

    private static UnixFileMode Mode(string octal) => (UnixFileMode)Convert.ToInt32(octal, 8);
}
