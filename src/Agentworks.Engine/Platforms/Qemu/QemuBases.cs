using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Platforms.Nspawn;
using Agentworks.Ports;

namespace Agentworks.Platforms.Qemu;

/// <summary>
/// Bare systems by the key of what they are made of: bases/&lt;key&gt; with a disk, a kernel and an initrd. One is made in a folder of another name and renamed
/// when whole; it is never changed afterwards. An ordinary user can make it: what needs root happens in a user namespace.
/// </summary>
internal sealed class QemuBases(QemuLayout layout, HostCommands commands, TimeProvider clock)
{
    /// <summary>The size of a base's disk; what is larger is grown at the first boot.</summary>
    public const int SmallestGiB = 2;

    private static readonly byte[] Qcow = [(byte)'Q', (byte)'F', (byte)'I', 0xfb];
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(30);

    private string StoreLock => Path.Combine(layout.Bases, "store.lock");
    private string BuildLock => Path.Combine(layout.Bases, "build.lock");

    public string FolderOf(string key) => Path.Combine(layout.Bases, key);

    public bool Has(string key) => Directory.Exists(FolderOf(key));

    /// <summary>Debian 12 with what every machine has, and more packages on request.</summary>
    public static ImageInputs Inputs(IReadOnlyList<string> more)
    {
        var common = ImageInputs.Default();
        string[] own = ["linux-image-cloud-amd64", "kmod", "busybox-static", "e2fsprogs", "qemu-guest-agent"];
        return common with
        {
            Packages = [.. common.Packages.Concat(own).Concat(more).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Finish = EmbeddedText.Read("qemu-image.sh").Replace("@init@", EmbeddedText.Read("qemu-init.sh").TrimEnd(), StringComparison.Ordinal),
        };
    }

    /// <summary>The key also tells how the disk is made.</summary>
    public static string KeyOf(ImageInputs inputs) => (inputs with { Finish = inputs.Finish + EmbeddedText.Read("qemu-pack.sh") }).Key;

    /// <summary>Makes it unless it is there. One process builds, others wait for it.</summary>
    public async Task EnsureAsync(ImageInputs inputs, IEventSink events, CancellationToken cancellationToken)
    {
        var key = KeyOf(inputs);
        if (Has(key))
        {
            return;
        }

        UnixFiles.CreatePrivateFolder(layout.Bases);
        using (await LockAsync(StoreLock, events, cancellationToken).ConfigureAwait(false))
        {
            if (!Has(key))
            {
                await MakeAsync(key, folder => BuildAsync(inputs, folder, events, cancellationToken), events, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes a disk from a file of this computer: one that this platform made, elsewhere.</summary>
    /// <returns>Its key, which is made of its digest.</returns>
    public async Task<string> ImportAsync(string file, string digest, IEventSink events, CancellationToken cancellationToken)
    {
        var key = digest[..16];
        UnixFiles.CreatePrivateFolder(layout.Bases);
        using (await LockAsync(StoreLock, events, cancellationToken).ConfigureAwait(false))
        {
            if (!Has(key))
            {
                await MakeAsync(key, folder => TakeAsync(file, digest, folder, cancellationToken), events, cancellationToken).ConfigureAwait(false);
            }
        }

        return key;
    }

    /// <summary>Removes those that no layer lies on and no image is made of, but the one of that key.</summary>
    public async Task RemoveUnusedAsync(LayerStore layers, string? keep, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(layout.Bases))
        {
            return;
        }

        using (await LockAsync(StoreLock, NullEventSink.Instance, cancellationToken).ConfigureAwait(false))
        using (await layers.LockAsync(cancellationToken).ConfigureAwait(false))
        {
            var used = layers.UsedBases().Append(keep).ToHashSet(StringComparer.Ordinal);
            foreach (var folder in Directory.GetDirectories(layout.Bases).Where(f => !used.Contains(Path.GetFileName(f)) && !f.EndsWith(".new", StringComparison.Ordinal)))
            {
                Directory.Move(folder, folder + ".new");
                await DeleteTreeAsync(folder + ".new", cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>How many GiB a disk has: none over it can be smaller.</summary>
    public async Task<int> SizeAsync(string disk, CancellationToken cancellationToken)
    {
        var json = await commands.RunAsync("qemu-img", ["info", "-U", "--output=json", disk], cancellationToken).ConfigureAwait(false);
        using var document = JsonDocument.Parse(json);
        return (int)((document.RootElement.GetProperty("virtual-size").GetInt64() + (1L << 30) - 1) >> 30);
    }

    private async Task MakeAsync(string key, Func<string, Task> make, IEventSink events, CancellationToken cancellationToken)
    {
        // Only the holder of the lock builds: what is unfinished was left by one that died. Its mmdebstrap may have outlived it, and holds a lock of its own.
        (await LockAsync(BuildLock, events, cancellationToken).ConfigureAwait(false)).Dispose();
        foreach (var left in Directory.EnumerateDirectories(layout.Bases, "*.new"))
        {
            await DeleteTreeAsync(left, cancellationToken).ConfigureAwait(false);
        }

        var unfinished = FolderOf(key) + ".new";
        UnixFiles.CreatePrivateFolder(unfinished);
        try
        {
            await make(unfinished).ConfigureAwait(false);
            Directory.Move(unfinished, FolderOf(key));
        }
        catch
        {
            await DeleteTreeAsync(unfinished, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
        finally
        {
            events.Report(new ProgressEvent(ImageProgress.Activity, "Done", 100, Completed: true));
        }
    }

    private async Task BuildAsync(ImageInputs inputs, string folder, IEventSink events, CancellationToken cancellationToken)
    {
        events.Report(new ProgressEvent(ImageProgress.Activity, "Starting mmdebstrap", 0));
        var progress = new ImageProgress(events);
        var options = new ProcessOptions(
            Timeout: BuildLimit, WorkingDirectory: "/", OnOutputLine: progress.Line, OnErrorLine: progress.Line,
            Environment: new Dictionary<string, string?>(StringComparer.Ordinal) { ["LC_ALL"] = "C.UTF-8", ["TMPDIR"] = "/var/tmp", ["SOURCE_DATE_EPOCH"] = "1" });
        var tar = Path.Combine(folder, "root.tar");
        var result = await commands.RunAsync("flock", Arguments(inputs, tar), options, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            throw new PlatformException($"The machine image could not be made: {HostCommands.Tail(result.Error + result.Output)}")
            {
                Recommendation = "Check that the mirrors in /etc/apt answer: apt-get update",
            };
        }

        events.Report(new ProgressEvent(ImageProgress.Activity, "Making the disk", 98));
        string[] pack = ["/bin/sh", "-c", EmbeddedText.Read("qemu-pack.sh"), "pack", tar, folder, SmallestGiB.ToString(CultureInfo.InvariantCulture)];
        await AsRootAsync(pack, cancellationToken).ConfigureAwait(false);
        File.Delete(tar);
        await FinishAsync(folder, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>From a raw disk and a packed kernel to what a machine starts with.</summary>
    private async Task FinishAsync(string folder, CancellationToken cancellationToken)
    {
        var (raw, packed) = (Path.Combine(folder, "disk.raw"), Path.Combine(folder, "packed"));
        await commands.RunAsync("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", raw, Path.Combine(folder, "disk.qcow2")], Long, cancellationToken).ConfigureAwait(false);
        File.Delete(raw);
        KernelImage.Unpack(packed, Path.Combine(folder, "kernel"));
        File.Delete(packed);
    }

    private async Task TakeAsync(string file, string digest, string folder, CancellationToken cancellationToken)
    {
        // The copy is what is hashed: nobody can change it in between.
        var copy = Path.Combine(folder, "copy");
        File.Copy(file, copy);
        var stream = File.OpenRead(copy);
        string found;
        await using (stream.ConfigureAwait(false))
        {
            found = Convert.ToHexString(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false)).ToLowerInvariant();
        }

        if (found != digest)
        {
            throw new InvalidRequestException($"{file} is not what was asked for: its SHA-256 is {found}.") { Target = file };
        }

        var raw = Path.Combine(folder, "disk.raw");
        var format = await FormatAsync(copy, cancellationToken).ConfigureAwait(false);
        await RequireAsync("qemu-img", ["convert", "-f", format, "-O", "raw", copy, raw], file, cancellationToken).ConfigureAwait(false);
        File.Delete(copy);
        foreach (var (from, to) in new[] { ("kernel", "packed"), ("initrd", "initrd"), ("packages", "packages") })
        {
            var target = Path.Combine(folder, to);
            await commands.TryAsync("debugfs", ["-R", $"dump /boot/agentworks.{from} {target}", raw], cancellationToken).ConfigureAwait(false);
            if (new FileInfo(target) is not { Exists: true, Length: > 0 })
            {
                throw new InvalidRequestException($"{file} is no disk of this platform: it must hold an ext4 file system without partitions, with /boot/agentworks.kernel, .initrd and .packages.")
                {
                    Target = file,
                    Recommendation = "Import a disk that New-AgwImage made, from its folder on another computer.",
                };
            }
        }

        await FinishAsync(folder, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A file that names another as its base would let whoever made it read that one.</summary>
    private static async Task<string> FormatAsync(string file, CancellationToken cancellationToken)
    {
        var stream = File.OpenRead(file);
        await using var _ = stream.ConfigureAwait(false);
        var head = new byte[80];
        await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (!head.AsSpan(0, 4).SequenceEqual(Qcow))
        {
            return "raw";
        }

        // Where the name of what lies below stands, and, from version 3 on, the mark of a file that holds the data instead.
        var external = head[7] >= 3 && (head[79] & 4) != 0;
        return BitConverter.ToUInt64(head, 8) == 0 && !external ? "qcow2"
            : throw new InvalidRequestException("A disk to import must not lie on another file.") { Target = file };
    }

    private async Task RequireAsync(string program, string[] arguments, string target, CancellationToken cancellationToken)
    {
        var result = await commands.RunAsync(program, arguments, Long, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            throw new InvalidRequestException($"{target} cannot be read: {HostCommands.Tail(result.Error)}") { Target = target };
        }
    }

    private static ProcessOptions Long => new(Timeout: BuildLimit, WorkingDirectory: "/");

    private List<string> Arguments(ImageInputs inputs, string tar) =>
    [
        "--no-fork", BuildLock, commands.Require("mmdebstrap"), Environment.IsPrivilegedProcess ? "--mode=root" : "--mode=unshare", "--format=tar", "--architectures=amd64",
        .. ImageBuild.Arguments(inputs, tar),
    ];

    /// <summary>As root, or as what stands for root where all users of a system are this user's own.</summary>
    private async Task AsRootAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var all = Environment.IsPrivilegedProcess ? command : ["unshare", "--map-root-user", "--map-auto", .. command];
        var result = await commands.RunAsync(all[0], [.. all.Skip(1)], Long, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            throw new PlatformException($"The disk could not be made: {HostCommands.Tail(result.Error + result.Output)}");
        }
    }

    private Task DeleteTreeAsync(string folder, CancellationToken cancellationToken) => AsRootAsync(["rm", "-rf", "--", folder], cancellationToken);

    private Task<IDisposable> LockAsync(string path, IEventSink events, CancellationToken cancellationToken) => ImageBuild.LockAsync(path, clock, events, cancellationToken);
}
