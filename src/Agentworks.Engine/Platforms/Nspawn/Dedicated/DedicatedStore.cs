using System.Globalization;
using Agentworks.Errors;
using Agentworks.Transport;

namespace Agentworks.Platforms.Nspawn;

/// <summary>
/// One btrfs for all dedicated machines of this computer, in a sparse file: images, the roots of machines and their snapshots are
/// subvolumes of it, so that each is made of another in milliseconds, and quota groups tell and limit their real sizes.
/// </summary>
internal sealed class DedicatedStore(NspawnLayout layout, HostCommands commands, TimeProvider clock)
{
    private const long GiB = 1L << 30;
    private const int UnmountTries = 20;
    private const string Counters = "/sys/fs/btrfs";
    private static readonly string[] ReadOnly = ["-r"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public string Images => Path.Combine(layout.Store, "images");
    public string Roots => Path.Combine(layout.Store, "roots");
    public string Snapshots => Path.Combine(layout.Store, "snapshots");

    public bool IsMade => File.Exists(layout.StoreFile);

    /// <summary>Mounts it, and makes it before when it was never there. Costs a look at the table of mounts when it is mounted.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (IsOpen())
        {
            return;
        }

        UnixFiles.CreatePrivateFolder(layout.Root);
        using var held = await LockAsync(cancellationToken).ConfigureAwait(false);
        if (!IsMade)
        {
            await MakeAsync(cancellationToken).ConfigureAwait(false);
        }

        if (!MountTable.IsMounted(layout.Store))
        {
            UnixFiles.CreatePrivateFolder(layout.Store);
            await commands.RunAsync("mount", ["-t", "btrfs", "-o", "loop,noatime", layout.StoreFile, layout.Store], cancellationToken).ConfigureAwait(false);
        }

        UnixFiles.CreatePrivateFolder(layout.Store);
        await CountAsync(cancellationToken).ConfigureAwait(false);
        foreach (var folder in new[] { Images, Roots, Snapshots })
        {
            UnixFiles.CreatePrivateFolder(folder);
        }
    }

    /// <summary>Unmounts and removes it, when nothing is in it any more.</summary>
    public async Task RemoveIfEmptyAsync(CancellationToken cancellationToken)
    {
        using var held = await LockAsync(cancellationToken).ConfigureAwait(false);
        if (!MountTable.IsMounted(layout.Store) || new[] { Images, Roots, Snapshots }.Any(f => Directory.Exists(f) && Directory.EnumerateFileSystemEntries(f).Any()))
        {
            return;
        }

        // Whoever looks at the counts has it open for an instant.
        for (var tries = 1; !(await commands.TryAsync("umount", [layout.Store], cancellationToken).ConfigureAwait(false)).Succeeded; tries++)
        {
            if (tries == UnmountTries)
            {
                await commands.RunAsync("umount", [layout.Store], cancellationToken).ConfigureAwait(false);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), clock, cancellationToken).ConfigureAwait(false);
        }

        File.Delete(layout.StoreFile);
        File.Delete(layout.RecountLock);
        Directory.Delete(layout.Store);
    }

    public Task CreateAsync(string path, CancellationToken cancellationToken) =>
        commands.RunAsync("btrfs", ["-q", "subvolume", "create", path], cancellationToken);

    /// <summary>Makes one subvolume of another, in one instant: it is there whole or not at all.</summary>
    public Task CopyAsync(string from, string to, bool readOnly, CancellationToken cancellationToken) =>
        commands.RunAsync("btrfs", ["-q", "subvolume", "snapshot", .. readOnly ? ReadOnly : [], from, to], cancellationToken);

    /// <summary>Removes a subvolume with those that were made inside of it; nothing happens when it is gone.</summary>
    public async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        // systemd-nspawn leaves it beside the folder of a machine.
        UnixFiles.DeleteIfThere(Path.Combine(Path.GetDirectoryName(path)!, $".#{Path.GetFileName(path)}.lck"));
        if (!Directory.Exists(path))
        {
            return;
        }

        // What runs in a machine may make subvolumes of its own there.
        string[] discard = ["-c", EmbeddedText.Read("workspace-common.sh") + "agw_discard \"$1\"\n[ ! -e \"$1\" ]\n", "discard", path];
        var result = await commands.TryAsync("/bin/sh", discard, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded && Directory.Exists(path))
        {
            throw new PlatformException($"{path} could not be removed: {HostCommands.Tail(result.Error)}") { Target = path };
        }

        // It takes as long as the kernel takes, so nobody waits for it; without it the next limit that is set would find the counts wrong.
        string[] recount = ["-c", "setsid /bin/sh -c \"$1\" recount \"$2\" \"$3\" > /dev/null 2>&1 < /dev/null &", "recount", EmbeddedText.Read("nspawn-recount.sh"), layout.Store, layout.RecountLock];
        await commands.TryAsync("/bin/sh", recount, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Limits all that can be read in a subvolume.</summary>
    public async Task LimitAsync(string path, int gib, CancellationToken cancellationToken)
    {
        // A limit holds only as long as the file system counts. Which of this computer's it is does not matter: to look is cheap.
        if (Directory.Exists(Counters) && Directory.EnumerateDirectories(Counters).Any(f => IsWrong(Path.Combine(f, "qgroups", "inconsistent"))))
        {
            await CountAsync(cancellationToken).ConfigureAwait(false);
        }

        await commands.RunAsync("btrfs", ["-q", "qgroup", "limit", (gib * GiB).ToString(CultureInfo.InvariantCulture), path], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sizes in bytes by path, of those that are there.</summary>
    public async Task<IReadOnlyDictionary<string, SnapshotSize>> MeasureAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var there = paths.Where(Directory.Exists).ToArray();
        if (there.Length == 0)
        {
            return new Dictionary<string, SnapshotSize>(StringComparer.Ordinal);
        }

        await CountAsync(cancellationToken).ConfigureAwait(false);
        string[] measure = ["-c", EmbeddedText.Read("nspawn-measure.sh"), "measure", layout.Store, .. there];
        var said = await commands.RunAsync("/bin/sh", measure, cancellationToken).ConfigureAwait(false);
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).Where(fields => fields.Length == 3)
            .ToDictionary(fields => fields[2], fields => new SnapshotSize(Number(fields[1]), Number(fields[0])), StringComparer.Ordinal);
    }

    // The last folder tells that whoever made the store came to the end.
    private bool IsOpen() => MountTable.IsMounted(layout.Store) && Directory.Exists(Snapshots);

    private Task CountAsync(CancellationToken cancellationToken) =>
        commands.RunAsync("/bin/sh", ["-c", EmbeddedText.Read("nspawn-quota.sh"), "quota", layout.Store], cancellationToken);

    private static bool IsWrong(string file)
    {
        try
        {
            return File.Exists(file) && File.ReadAllText(file).Trim() != "0";
        }
        catch (IOException)
        {
            // Another file system, which was unmounted just now.
            return false;
        }
    }

    private static long? Number(string text) => long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;

    // As large as there is room now, less a tenth: so it is full before the file system under it is.
    private async Task MakeAsync(CancellationToken cancellationToken)
    {
        var free = new DriveInfo(layout.Root).AvailableFreeSpace;
        var unfinished = layout.StoreFile + ".new";
        UnixFiles.WriteSparse(unfinished, Math.Max(2, free / GiB * 9 / 10) * GiB);
        await commands.RunAsync("mkfs.btrfs", ["-q", "-K", "-m", "single", "-d", "single", "-L", "agentworks", unfinished], cancellationToken).ConfigureAwait(false);
        File.Move(unfinished, layout.StoreFile);
    }

    private async Task<IDisposable> LockAsync(CancellationToken cancellationToken)
    {
        FileStream? held = null;
        return await Waiting.UntilAsync(() => (held = FileLock.TryTake(Path.Combine(layout.Root, "dedicated.lock"))) is not null, Patience, clock, cancellationToken).ConfigureAwait(false)
            ? held!
            : throw new ResourceBusyException($"Another process has worked on {layout.Store} for {Patience.TotalSeconds} seconds.") { Target = layout.Store };
    }
}
