using System.Globalization;
using Agentworks.Errors;

namespace Agentworks.Platforms.Nspawn;

/// <summary>The machine's disk: a sparse file of the size asked for, with a btrfs that holds its changes to the image and its workspaces.</summary>
internal sealed class MachineDisk(NspawnPaths paths, HostCommands commands, TimeProvider clock)
{
    public const int DefaultGiB = 20;

    public bool IsMade => File.Exists(paths.Disk);

    public async Task CreateAsync(int gib, CancellationToken cancellationToken)
    {
        if (IsMade)
        {
            return;
        }

        // Renamed when whole, so that a file by the final name always holds a file system.
        var unfinished = paths.Disk + ".new";
        File.Delete(unfinished);
        var file = File.Create(unfinished);
        await using (file.ConfigureAwait(false))
        {
            file.SetLength(gib * 1024L * 1024 * 1024);
        }

        string[] format = ["-q", "-K", "-m", "single", "-d", "single", "-L", paths.Name, unfinished];
        await commands.RunAsync("mkfs.btrfs", format, cancellationToken).ConfigureAwait(false);
        File.Move(unfinished, paths.Disk);
    }

    /// <summary>Mounts the disk and makes its subvolumes where they are missing.</summary>
    public async Task MountAsync(CancellationToken cancellationToken)
    {
        if (!IsMade)
        {
            throw new PlatformException($"The disk of machine {paths.Name} is missing: {paths.Disk}.") { Target = paths.Id };
        }

        if (!MountTable.IsMounted(paths.Files))
        {
            Directory.CreateDirectory(paths.Files);
            await commands.RunAsync("mount", ["-t", "btrfs", "-o", "loop,noatime", paths.Disk, paths.Files], cancellationToken)
                .ConfigureAwait(false);
        }

        foreach (var subvolume in new[] { paths.Layer, paths.Workspaces })
        {
            if (!Directory.Exists(subvolume))
            {
                await commands.RunAsync("btrfs", ["-q", "subvolume", "create", subvolume], cancellationToken).ConfigureAwait(false);
            }
        }

        UnixFiles.AllowPassage(paths.Workspaces);
        Directory.CreateDirectory(paths.Upper);
        Directory.CreateDirectory(paths.Work);
    }

    public async Task MountRootAsync(string image, CancellationToken cancellationToken)
    {
        if (MountTable.IsMounted(paths.RootMount))
        {
            return;
        }

        Directory.CreateDirectory(paths.RootMount);
        var options = string.Create(
            CultureInfo.InvariantCulture, $"lowerdir={image},upperdir={paths.Upper},workdir={paths.Work}");
        await commands.RunAsync("mount", ["-t", "overlay", "-o", options, paths.Name, paths.RootMount], cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Takes away every mount of the machine and the loop device; lazily only when something still holds one.</summary>
    public async Task UnmountAsync(CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        while (MountTable.Below(paths.Folder) is [var mount, ..])
        {
            var lazily = clock.GetElapsedTime(start) > TimeSpan.FromSeconds(3);
            var result = await commands.TryAsync("umount", lazily ? ["-l", mount] : [mount], cancellationToken).ConfigureAwait(false);
            if (!result.Succeeded)
            {
                if (lazily)
                {
                    throw new PlatformException($"{mount} cannot be unmounted: {HostCommands.Tail(result.Error)}") { Target = paths.Id };
                }

                await Task.Delay(TimeSpan.FromMilliseconds(20), clock, cancellationToken).ConfigureAwait(false);
            }
        }

        // Machines that were started meanwhile hold copies of the mounts where nobody sees them: they go with the folders.
        UnixFiles.DeleteIfEmpty(paths.RootMount);
        UnixFiles.DeleteIfEmpty(paths.Files);

        // Unmounting frees it; one is left only when the mount was cut short.
        await Waiting.UntilAsync(() => LoopDevices.Of(paths.Disk).Count == 0, TimeSpan.FromMilliseconds(200), clock, cancellationToken)
            .ConfigureAwait(false);
        foreach (var device in LoopDevices.Of(paths.Disk))
        {
            await commands.TryAsync("losetup", ["--detach", device], cancellationToken).ConfigureAwait(false);
        }

        // What was killed may hold a mount of it until the kernel has cleared it away, which takes its time on a busy computer.
        await Waiting.UntilAsync(() => LoopDevices.Of(paths.Disk).Count == 0, TimeSpan.FromSeconds(20), clock, cancellationToken)
            .ConfigureAwait(false);
    }
}
