using System.Globalization;
using System.Security.Cryptography;
using System.Text;
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
            Finish = WithSystem("qemu-image.sh").Replace("@init@", EmbeddedText.Read("qemu-init.sh").TrimEnd(), StringComparison.Ordinal),
        };
    }

    /// <summary>A script with what makes the systems of all machines alike.</summary>
    internal static string WithSystem(string script) => EmbeddedText.Read(script).Replace("@system@", EmbeddedText.Read("qemu-system.sh").TrimEnd(), StringComparison.Ordinal);

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

    /// <summary>What a disk that is imported becomes depends on how we read it, too.</summary>
    public static string KeyOfImport(string digest) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(digest + ForeignDisk.Prepare + EmbeddedText.Read("qemu-init.sh"))))[..16].ToLowerInvariant();

    /// <summary>Takes a disk from a file of this computer: one that this platform made, or the disk of a Debian that boots by itself.</summary>
    public async Task ImportAsync(string file, string digest, IEventSink events, CancellationToken cancellationToken)
    {
        var key = KeyOfImport(digest);
        if (Has(key))
        {
            return;
        }

        UnixFiles.CreatePrivateFolder(layout.Bases);
        var ours = Inputs([]);
        var import = new DiskImport(commands);
        try
        {
            var initrd = Path.Combine(FolderOf(KeyOf(ours)), "initrd");
            await TakeAsync(File.Exists(initrd) ? initrd : null).ConfigureAwait(false);
        }
        catch (InitrdMissingException)
        {
            // A disk of others has none of ours, and a base of ours is where ours comes from.
            await EnsureAsync(ours, events, cancellationToken).ConfigureAwait(false);
            await TakeAsync(Path.Combine(FolderOf(KeyOf(ours)), "initrd")).ConfigureAwait(false);
        }

        async Task TakeAsync(string? initrd)
        {
            using var held = await LockAsync(StoreLock, events, cancellationToken).ConfigureAwait(false);
            if (!Has(key))
            {
                await MakeAsync(key, folder => ImportAsync(import, file, digest, initrd, folder, cancellationToken), events, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>What a base brings that its first machine installs; null for nothing.</summary>
    public string? PackagesOf(string key) => Directory.Exists(Path.Combine(FolderOf(key), ForeignDisk.Packages)) ? Path.Combine(FolderOf(key), ForeignDisk.Packages) : null;

    /// <summary>Removes those that no layer lies on and no image is made of, but the one of that key.</summary>
    public Task RemoveUnusedAsync(LayerStore layers, string? keep, CancellationToken cancellationToken) => RemoveAsync(layers, key => key != keep, cancellationToken);

    /// <summary>The same for one alone.</summary>
    public Task RemoveIfUnusedAsync(LayerStore layers, string key, CancellationToken cancellationToken) => RemoveAsync(layers, one => one == key, cancellationToken);

    private async Task RemoveAsync(LayerStore layers, Func<string, bool> which, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(layout.Bases))
        {
            return;
        }

        using (await LockAsync(StoreLock, NullEventSink.Instance, cancellationToken).ConfigureAwait(false))
        using (await layers.LockAsync(cancellationToken).ConfigureAwait(false))
        {
            var used = layers.UsedBases().ToHashSet(StringComparer.Ordinal);
            foreach (var folder in Directory.GetDirectories(layout.Bases).Where(f => which(Path.GetFileName(f)) && !used.Contains(Path.GetFileName(f)) && !f.EndsWith(".new", StringComparison.Ordinal)))
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

    private async Task ImportAsync(DiskImport import, string file, string digest, string? initrd, string folder, CancellationToken cancellationToken)
    {
        await import.TakeAsync(file, digest, initrd, folder, cancellationToken).ConfigureAwait(false);
        await FinishAsync(folder, cancellationToken).ConfigureAwait(false);
    }

    internal static ProcessOptions Long => new(Timeout: BuildLimit, WorkingDirectory: "/");

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
