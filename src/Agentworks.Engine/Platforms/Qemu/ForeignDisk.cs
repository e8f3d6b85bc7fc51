using System.Globalization;
using Agentworks.Errors;
using Agentworks.Provisioning;

namespace Agentworks.Platforms.Qemu;

/// <summary>
/// The disk of a Debian that boots by itself, such as one for clouds: its root file system becomes a disk without partitions, started by its own
/// kernel and our initrd, with the drivers of that kernel. Before its first program runs it gets what our own images have. Its boot loader, and what
/// else it has partitions for, are left behind.
/// </summary>
internal sealed class ForeignDisk(HostCommands commands, string file, string raw)
{
    /// <summary>The folder of packages that the first machine installs, beside the disk.</summary>
    public const string Packages = "debs";

    // Without these nothing of ours could talk with it; it must have them, for nobody else could put them there.
    private static readonly string[] Least = ["openssh-server", "systemd-sysv"];
    private static readonly string[] Needed = ["sudo", "e2fsprogs", "libpam-systemd", "dbus", "qemu-guest-agent", "iproute2"];

    /// <summary>What is run in it once.</summary>
    public static string Prepare => QemuBases.WithSystem("qemu-foreign.sh");

    public async Task TakeAsync(string? initrd, string folder, CancellationToken cancellationToken)
    {
        var (root, start, size) = await FindRootAsync(folder, cancellationToken).ConfigureAwait(false);
        var release = await FindKernelAsync(root, cancellationToken).ConfigureAwait(false);
        if (initrd is null)
        {
            throw new InitrdMissingException();
        }

        await root.DumpAsync([("/boot/vmlinuz-" + release, Path.Combine(folder, "packed"))], cancellationToken).ConfigureAwait(false);
        await new ForeignModules(commands, root, release, file).AppendAsync(initrd, Prepare, folder, cancellationToken).ConfigureAwait(false);
        await ReadPackagesAsync(root, folder, cancellationToken).ConfigureAwait(false);
        string[] copy =
        [
            "if=" + raw, "of=" + Path.Combine(folder, "disk.raw"), "bs=1M", "iflag=skip_bytes,count_bytes", Number("skip", start), Number("count", size), "conv=sparse", "status=none",
        ];
        await commands.RunAsync("dd", copy, QemuBases.Long, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The whole disk, or the first of its partitions, that holds a Debian 12.</summary>
    private async Task<(Ext4 Root, long Start, long Size)> FindRootAsync(string folder, CancellationToken cancellationToken)
    {
        var found = "no ext4 file system";
        foreach (var (start, size) in new Ext4(commands, raw, 0).IsThere ? [(0, new FileInfo(raw).Length)] : Partitions())
        {
            var system = new Ext4(commands, raw, start);
            if (!system.IsThere)
            {
                continue;
            }

            var lines = (await system.ReadAsync("/usr/lib/os-release", folder, cancellationToken).ConfigureAwait(false)).Split('\n').Select(l => l.Replace("\"", string.Empty, StringComparison.Ordinal)).ToList();
            if (lines.Contains("ID=debian", StringComparer.Ordinal) && lines.Contains("VERSION_ID=12", StringComparer.Ordinal))
            {
                return (system, start, size);
            }

            found = lines.Find(l => l.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))?.Split('=')[1] ?? "an ext4 file system without an operating system";
        }

        throw Refuse($"holds {found}; a machine can be made of a Debian 12 whose root is ext4, alone or in a partition of a GPT or MBR.");
    }

    /// <summary>The newest that has its drivers.</summary>
    private async Task<string> FindKernelAsync(Ext4 root, CancellationToken cancellationToken)
    {
        const string Prefix = "vmlinuz-";
        var kernels = (await root.ListAsync("/boot", cancellationToken).ConfigureAwait(false)).Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Select(n => n[Prefix.Length..]);
        var drivers = await root.ListAsync("/usr/lib/modules", cancellationToken).ConfigureAwait(false);
        return kernels.Where(k => drivers.Contains(k, StringComparer.Ordinal) && k.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '+' or '_'))
            .OrderByDescending(k => string.Concat(k.Split('.', '-').Select(word => word.PadLeft(12, '0'))), StringComparer.Ordinal)
            .FirstOrDefault() ?? throw Refuse("holds no kernel: a file /boot/vmlinuz-… with its drivers in /usr/lib/modules.");
    }

    /// <summary>Lists what is installed, and fetches what of ours is not.</summary>
    private async Task ReadPackagesAsync(Ext4 root, string folder, CancellationToken cancellationToken)
    {
        var status = Path.Combine(folder, "status");
        await root.DumpAsync([("/var/lib/dpkg/status", status)], cancellationToken).ConfigureAwait(false);
        var installed = Installed(File.Exists(status) ? await File.ReadAllLinesAsync(status, cancellationToken).ConfigureAwait(false) : []);
        await File.WriteAllLinesAsync(Path.Combine(folder, "packages"), installed.Select(p => $"{p.Key} {p.Value}"), cancellationToken).ConfigureAwait(false);
        if (Least.Where(p => !installed.ContainsKey(p)).ToList() is { Count: > 0 } lacks)
        {
            throw Refuse($"lacks {string.Join(" and ", lacks)}, without which nothing could be done in a machine of it.");
        }

        string[] missing = [.. Needed.Concat(InitializationPlan.OwnPackages).Where(p => !installed.ContainsKey(p))];
        if (missing.Length > 0)
        {
            await new PackageDownload(commands).RunAsync(status, missing, Path.Combine(folder, Packages), cancellationToken).ConfigureAwait(false);
        }

        File.Delete(status);
    }

    internal static SortedDictionary<string, string> Installed(IEnumerable<string> status)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var (name, there) = (string.Empty, false);
        foreach (var line in status)
        {
            if (line.Split(": ", 2) is [var field, var value])
            {
                switch (field)
                {
                    case "Package":
                        (name, there) = (value, false);
                        break;
                    case "Status":
                        there = value.EndsWith(" installed", StringComparison.Ordinal);
                        break;
                    case "Version" when there:
                        all[name] = value;
                        break;
                }
            }
        }

        return all;
    }

    private IReadOnlyList<(long Start, long Size)> Partitions()
    {
        using var stream = File.OpenRead(raw);
        return PartitionTable.Read(stream);
    }

    private InvalidRequestException Refuse(string why) => new($"{file} {why}") { Target = file };

    private static string Number(string name, long value) => string.Create(CultureInfo.InvariantCulture, $"{name}={value}");
}
