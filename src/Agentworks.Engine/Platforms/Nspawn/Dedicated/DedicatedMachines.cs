using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Ports;

namespace Agentworks.Platforms.Nspawn;

/// <summary>What is done to the disks of dedicated machines: made of an image, saved, put back, cloned.</summary>
internal sealed class DedicatedMachines(IProcessRunner processes, TimeProvider clock, NspawnLayout layout, DedicatedImages images, DedicatedStore store)
{
    public DedicatedRoot RootOf(NspawnPaths paths) => new(paths, store);

    public async Task<PlatformMachine> CreateAsync(MachineSpec spec, IResourceJournal journal, IEventSink events, CancellationToken cancellationToken)
    {
        var image = await images.RequireAsync(spec.Image, events, cancellationToken).ConfigureAwait(false);
        return await MakeAsync(spec, images.RootOf(image.Name), image.Name, journal, cancellationToken).ConfigureAwait(false);
    }

    public async Task<PlatformMachine> CloneAsync(MachineSpec spec, string snapshotId, IResourceJournal journal, CancellationToken cancellationToken)
    {
        await store.OpenAsync(cancellationToken).ConfigureAwait(false);
        return await MakeAsync(spec, Require(snapshotId), spec.Image ?? DedicatedImages.DefaultName, journal, cancellationToken).ConfigureAwait(false);
    }

    public async Task<string> SnapshotAsync(NspawnPaths paths, string snapshotId, IResourceJournal journal, CancellationToken cancellationToken)
    {
        await store.OpenAsync(cancellationToken).ConfigureAwait(false);
        var target = SnapshotOf(snapshotId);
        if (!Directory.Exists(target))
        {
            var (commands, root) = await BeginAsync(paths, cancellationToken).ConfigureAwait(false);
            await root.SettleAsync(cancellationToken).ConfigureAwait(false);
            await journal.RecordAsync($"snapshot {target}", cancellationToken).ConfigureAwait(false);

            // What programs have written but the kernel has not: it is to be in the snapshot, as after a power cut that came just now.
            await commands.RunAsync("sync", ["--file-system", root.Folder], cancellationToken).ConfigureAwait(false);
            await new DedicatedStore(layout, commands, clock).CopyAsync(root.Folder, target, readOnly: true, cancellationToken).ConfigureAwait(false);
        }

        return $$"""{"subvolume":"{{snapshotId}}"}""";
    }

    public async Task RestoreAsync(PlatformMachine machine, string snapshotId, IResourceJournal journal, CancellationToken cancellationToken)
    {
        await store.OpenAsync(cancellationToken).ConfigureAwait(false);
        var snapshot = Require(snapshotId);
        var paths = layout.For(machine.Spec.Id);
        var (commands, root) = await BeginAsync(paths, cancellationToken).ConfigureAwait(false);
        await journal.RecordAsync($"disk {root.Folder}", cancellationToken).ConfigureAwait(false);

        // As long as this may fail, for want of room, the machine runs on.
        await root.PrepareAsync(snapshot, machine.Spec.DiskGiB ?? DedicatedRoot.DefaultGiB, cancellationToken).ConfigureAwait(false);
        await journal.RecordAsync("stop the machine", cancellationToken).ConfigureAwait(false);

        // Hard: what it would still write is thrown away.
        await new NspawnMachine(paths, commands, clock, root).StopAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        await root.ReplaceAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task RemoveSnapshotAsync(string snapshotId, CancellationToken cancellationToken)
    {
        await store.OpenAsync(cancellationToken).ConfigureAwait(false);
        await store.DeleteAsync(SnapshotOf(snapshotId), cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyDictionary<string, SnapshotSize>> MeasureAsync(IReadOnlyList<string> snapshotIds, CancellationToken cancellationToken)
    {
        if (!store.IsMade)
        {
            return new Dictionary<string, SnapshotSize>(StringComparer.Ordinal);
        }

        await store.OpenAsync(cancellationToken).ConfigureAwait(false);
        var sizes = await store.MeasureAsync([.. snapshotIds.Select(SnapshotOf)], cancellationToken).ConfigureAwait(false);
        return sizes.ToDictionary(one => Path.GetFileName(one.Key), one => one.Value, StringComparer.Ordinal);
    }

    /// <summary>Every trace of the machine but its snapshots, which forks may need.</summary>
    public async Task RemoveAsync(NspawnPaths paths, CancellationToken cancellationToken)
    {
        if (store.IsMade)
        {
            await store.OpenAsync(cancellationToken).ConfigureAwait(false);
            await RootOf(paths).DeleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Changes what is remembered of the machine, and the limits of one that runs.</summary>
    public async Task ReshapeAsync(PlatformMachine machine, CancellationToken cancellationToken)
    {
        var paths = layout.For(machine.Spec.Id);
        var owner = OwnerRecord.Read(paths.Owner) ?? throw new PlatformException($"Machine {paths.Id} has no record: {paths.Owner}.") { Target = machine.Spec.Name };
        Describe(machine.Spec, owner).Write(paths.Owner);
        await store.OpenAsync(cancellationToken).ConfigureAwait(false);
        if (owner.DiskGiB != machine.Spec.DiskGiB)
        {
            await store.LimitAsync(RootOf(paths).Folder, machine.Spec.DiskGiB ?? DedicatedRoot.DefaultGiB, cancellationToken).ConfigureAwait(false);
        }

        if ((owner.Cpus, owner.MemoryMiB) != (machine.Spec.Cpus, machine.Spec.MemoryMiB))
        {
            new MachineLimits(paths.Id).Set(machine.Spec.Cpus, machine.Spec.MemoryMiB);
        }
    }

    /// <summary>How many machines were made of each image.</summary>
    public IReadOnlyDictionary<string, int> CountByImage() => Records().Where(r => r.Owner.Dedicated && r.Owner.Owner != "image")
        .GroupBy(r => r.Owner.Image, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);

    /// <summary>All machines of this computer, of every operator.</summary>
    public IEnumerable<(NspawnPaths Paths, OwnerRecord Owner)> Records()
    {
        foreach (var folder in Directory.Exists(layout.Machines) ? Directory.GetDirectories(layout.Machines) : [])
        {
            var paths = layout.For(Path.GetFileName(folder));
            if (OwnerRecord.Read(paths.Owner) is { } owner)
            {
                yield return (paths, owner);
            }
        }
    }

    private async Task<PlatformMachine> MakeAsync(MachineSpec spec, string from, string image, IResourceJournal journal, CancellationToken cancellationToken)
    {
        var paths = layout.For(spec.Id);
        await journal.RecordAsync($"folder {paths.Folder}", cancellationToken).ConfigureAwait(false);
        var (commands, root) = await BeginAsync(paths, cancellationToken).ConfigureAwait(false);
        UnixFiles.CreatePrivateFolder(paths.Folder);
        Describe(spec, new OwnerRecord(spec.OwnerTag, spec.Name, spec.HostName, spec.WorkspacesPath, image, clock.GetUtcNow())).Write(paths.Owner);
        await journal.RecordAsync($"disk {root.Folder}", cancellationToken).ConfigureAwait(false);
        await root.CreateAsync(from, spec.DiskGiB ?? DedicatedRoot.DefaultGiB, cancellationToken).ConfigureAwait(false);
        await journal.RecordAsync("identity", cancellationToken).ConfigureAwait(false);
        await new DedicatedIdentity(paths, commands).WriteAsync(root.Folder, spec, cancellationToken).ConfigureAwait(false);
        return new PlatformMachine(spec, $$"""{"image":"{{image}}"}""");
    }

    private static OwnerRecord Describe(MachineSpec spec, OwnerRecord owner) => owner with
    {
        Name = spec.Name,
        HostName = spec.HostName,
        Dedicated = true,
        Cpus = spec.Cpus,
        MemoryMiB = spec.MemoryMiB,
        DiskGiB = spec.DiskGiB,
    };

    private async Task<(HostCommands Commands, DedicatedRoot Root)> BeginAsync(NspawnPaths paths, CancellationToken cancellationToken)
    {
        var fence = await OperationFence.BeginAsync(paths.Lock, clock, cancellationToken).ConfigureAwait(false);
        var commands = new HostCommands(processes, fence);
        return (commands, new DedicatedRoot(paths, new DedicatedStore(layout, commands, clock)));
    }

    private string SnapshotOf(string id) => id.Length is > 0 and <= 64 && id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
        ? Path.Combine(store.Snapshots, id)
        : throw new ArgumentException($"'{id}' is no id of a snapshot.", nameof(id));

    private string Require(string snapshotId) => Directory.Exists(SnapshotOf(snapshotId)) ? SnapshotOf(snapshotId)
        : throw new PlatformException($"The snapshot {snapshotId} is not in {store.Snapshots}.") { Target = snapshotId };
}
