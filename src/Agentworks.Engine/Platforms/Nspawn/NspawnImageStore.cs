using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Ports;

namespace Agentworks.Platforms.Nspawn;

/// <summary>
/// The images that machines are copies of: images/&lt;key&gt;/rootfs, with the list of packages and versions beside it. An image is built in
/// a temporary folder and renamed when whole, so that one by its final name is always complete; it is never changed afterwards.
/// </summary>
public sealed class NspawnImageStore
{
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(30);

    private readonly HostCommands commands;
    private readonly NspawnLayout layout;
    private readonly TimeProvider clock;

    public NspawnImageStore(IProcessRunner processes, TimeProvider clock, NspawnLayout layout)
    {
        commands = new HostCommands(processes);
        this.clock = clock;
        this.layout = layout;
    }

    private string StoreLock => Path.Combine(layout.Images, "store.lock");
    private string BuildLock => Path.Combine(layout.Images, "build.lock");

    /// <summary>The root of an image, whether it exists or not.</summary>
    public string RootOf(string key) => Path.Combine(layout.Images, key, "rootfs");

    public bool Has(string key) => Directory.Exists(RootOf(key));

    /// <summary>Makes the image unless it is there. One process builds, others wait for it.</summary>
    /// <returns>Its root.</returns>
    public async Task<string> EnsureAsync(ImageInputs inputs, IEventSink events, CancellationToken cancellationToken)
    {
        var root = RootOf(inputs.Key);
        if (Directory.Exists(root))
        {
            return root;
        }

        UnixFiles.CreatePrivateFolder(layout.Images);
        using (await LockAsync(StoreLock, events, cancellationToken).ConfigureAwait(false))
        {
            if (!Directory.Exists(root))
            {
                await BuildAsync(inputs, events, cancellationToken).ConfigureAwait(false);
            }
        }

        return root;
    }

    /// <summary>Removes the images that no machine is a copy of.</summary>
    /// <returns>Their keys.</returns>
    public async Task<IReadOnlyList<string>> RemoveUnusedAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(layout.Images))
        {
            return [];
        }

        using (await LockAsync(StoreLock, NullEventSink.Instance, cancellationToken).ConfigureAwait(false))
        {
            var machines = Directory.Exists(layout.Machines) ? Directory.GetDirectories(layout.Machines) : [];
            var used = machines.Select(m => OwnerRecord.Read(layout.For(Path.GetFileName(m)).Owner)?.Image).ToHashSet(StringComparer.Ordinal);
            var unused = Directory.GetDirectories(layout.Images).Where(i => !i.EndsWith(".new", StringComparison.Ordinal))
                .Select(i => Path.GetFileName(i)).Where(k => !used.Contains(k)).ToList();
            foreach (var image in unused.Select(k => Path.Combine(layout.Images, k)))
            {
                Directory.Move(image, image + ".new");
                await DeleteTreeAsync(image + ".new", cancellationToken).ConfigureAwait(false);
            }

            return unused;
        }
    }

    private async Task BuildAsync(ImageInputs inputs, IEventSink events, CancellationToken cancellationToken)
    {
        // Only the holder of the lock builds, so whatever is unfinished was left by a builder that died. Its mmdebstrap may have
        // outlived it; as long as it works it holds a lock of its own.
        (await LockAsync(BuildLock, events, cancellationToken).ConfigureAwait(false)).Dispose();
        foreach (var left in Directory.EnumerateDirectories(layout.Images, "*.new"))
        {
            await DeleteTreeAsync(left, cancellationToken).ConfigureAwait(false);
        }

        var unfinished = Path.Combine(layout.Images, inputs.Key + ".new");
        UnixFiles.CreatePrivateFolder(unfinished);
        try
        {
            events.Report(new ProgressEvent(ImageProgress.Activity, "Starting mmdebstrap", 0));
            var progress = new ImageProgress(events);
            var options = new ProcessOptions(
                Timeout: BuildLimit, WorkingDirectory: "/", OnOutputLine: progress.Line, OnErrorLine: progress.Line,
                Environment: new Dictionary<string, string?>(StringComparer.Ordinal) { ["LC_ALL"] = "C.UTF-8", ["TMPDIR"] = "/var/tmp" });
            var result = await commands.RunAsync("flock", Arguments(inputs, unfinished), options, cancellationToken).ConfigureAwait(false);
            if (!result.Succeeded)
            {
                throw new PlatformException($"The machine image could not be made: {HostCommands.Tail(result.Error + result.Output)}")
                {
                    Recommendation = "Check that the mirrors in /etc/apt answer: apt-get update",
                };
            }

            Directory.Move(unfinished, Path.Combine(layout.Images, inputs.Key));
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

        var size = await commands.RunAsync("du", ["-sm", RootOf(inputs.Key)], cancellationToken).ConfigureAwait(false);
        events.Report(new DetailEvent($"The machine image {inputs.Key} takes {size.Split('\t')[0]} MiB."));
    }

    private List<string> Arguments(ImageInputs inputs, string folder) =>
    [
        "--no-fork", BuildLock, commands.Require("mmdebstrap"), "--mode=root", "--format=directory", "--architectures=" + inputs.Architecture,
        .. ImageBuild.Arguments(inputs, Path.Combine(folder, "rootfs")),
    ];

    private Task<IDisposable> LockAsync(string path, IEventSink events, CancellationToken cancellationToken) => ImageBuild.LockAsync(path, clock, events, cancellationToken);

    // A killed build may have left /proc, /sys and /dev mounted in it, and its last children may still be writing while they die.
    private async Task DeleteTreeAsync(string folder, CancellationToken cancellationToken)
    {
        foreach (var mount in MountTable.Below(folder))
        {
            await commands.RunAsync("umount", ["-l", mount], cancellationToken).ConfigureAwait(false);
        }

        if (!await Waiting.UntilAsync(() => TryDelete(folder), TimeSpan.FromSeconds(5), clock, cancellationToken).ConfigureAwait(false))
        {
            throw new PlatformException($"The unfinished image {folder} cannot be removed.") { Target = folder };
        }
    }

    private static bool TryDelete(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
