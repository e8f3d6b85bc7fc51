using System.Security.Cryptography;
using Agentworks.Errors;
using Agentworks.Transport;

namespace Agentworks.Platforms.Qemu;

/// <summary>
/// All disks of all machines, as a tree: a snapshot freezes a layer by putting an empty one over it, a fork and a restore put another over the
/// same. A layer's record is written before its file, and no layer is ever renamed, so that what lies on it finds it.
/// </summary>
internal sealed class LayerStore(QemuLayout layout, HostCommands commands, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public DiskLayer Find(string id) => new(id, Path.Combine(layout.Layers, id + ".qcow2"));

    public string BaseDisk(string key) => Path.Combine(layout.Bases, key, "disk.qcow2");

    /// <summary>Held while layers come, go or are named by somebody: nothing is removed between being found and being named.</summary>
    public async Task<IDisposable> LockAsync(CancellationToken cancellationToken)
    {
        UnixFiles.CreatePrivateFolder(layout.Layers);
        var file = Path.Combine(layout.Layers, "store.lock");
        var start = clock.GetTimestamp();
        while (true)
        {
            if (FileLock.TryTake(file) is { } held)
            {
                return held;
            }

            if (clock.GetElapsedTime(start) > Patience)
            {
                throw new ResourceBusyException($"Another process has worked on the disks in {layout.Layers} for {Patience.TotalMinutes:0} minutes.") { Target = layout.Layers };
            }

            await Task.Delay(Pause, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>An empty layer over another, or over a base. The caller holds the lock, and names it before it lets go.</summary>
    /// <param name="parent">Null for the base.</param>
    /// <param name="key">The base's key.</param>
    /// <param name="gib">How large the disk is; null: as what it lies on.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<DiskLayer> CreateAsync(string? parent, string key, int? gib, CancellationToken cancellationToken)
    {
        var id = RandomNumberGenerator.GetHexString(12, lowercase: true);
        var layer = Find(id);
        new LayerRecord(id, parent, key).Write(RecordOf(id));
        var below = parent is null ? Path.Combine("..", "bases", key, "disk.qcow2") : parent + ".qcow2";
        string[] size = gib is null ? [] : [FormattableString.Invariant($"{gib}G")];
        await commands.RunAsync("qemu-img", ["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", below, layer.File, .. size], cancellationToken).ConfigureAwait(false);
        return layer;
    }

    public LayerRecord? Record(string id) => LayerRecord.Read(RecordOf(id));

    /// <summary>Removes what nothing needs and joins what could be one. What a running machine has open waits for its next stop.</summary>
    public async Task TidyAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(layout.Layers))
        {
            return;
        }

        using (await LockAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach (var id in Tree().Unneeded())
            {
                File.Delete(Find(id).File);
                File.Delete(RecordOf(id));
            }

            while (Tree().Mergeable() is [var (lower, upper), ..])
            {
                await MergeAsync(lower, upper, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The tree as it is now.</summary>
    public LayerTree Tree()
    {
        var machines = Directory.Exists(layout.Machines) ? Directory.GetDirectories(layout.Machines).Select(f => layout.For(Path.GetFileName(f))) : [];
        var known = machines.Select(paths => (paths, record: QemuRecord.Read(paths.Record))).Where(m => m.record is not null).ToList();
        var open = known.Where(m => Agentworks.Ports.HostProcess.Read(m.paths.Run)?.IsAlive() == true).Select(m => m.record!.Disk);
        var snapshots = Records(layout.Snapshots).Select(SnapshotRecord.Read).OfType<SnapshotRecord>().Select(s => s.Layer);
        var images = Records(layout.Images).Select(QemuImage.Read).OfType<QemuImage>().Select(i => i.Layer).OfType<string>();
        return new LayerTree(
            Records(layout.Layers).Select(LayerRecord.Read).OfType<LayerRecord>(),
            [.. known.Select(m => m.record!.Disk), .. snapshots, .. images],
            open);
    }

    public IEnumerable<string> UsedBases() =>
        Records(layout.Layers).Select(LayerRecord.Read).OfType<LayerRecord>().Select(l => l.Base)
            .Concat(Records(layout.Images).Select(QemuImage.Read).OfType<QemuImage>().Select(i => i.Base));

    /// <summary>
    /// The upper's content goes down into the lower, whose file then takes the upper's place. Until that rename the upper covers whatever has
    /// arrived below already, so that it may be cut off anywhere and done again.
    /// </summary>
    private async Task MergeAsync(string lower, string upper, CancellationToken cancellationToken)
    {
        var (below, above) = (Find(lower), Find(upper));
        if (File.Exists(below.File))
        {
            await commands.RunAsync(
                "qemu-img", ["commit", "-q", "-d", above.File], new Ports.ProcessOptions(Timeout: Patience, WorkingDirectory: "/"), cancellationToken).ConfigureAwait(false);
            File.Move(below.File, above.File, overwrite: true);
        }

        var record = Record(lower)!;
        (record with { Id = upper }).Write(RecordOf(upper));
        File.Delete(RecordOf(lower));
    }

    private string RecordOf(string id) => Path.Combine(layout.Layers, id + ".json");

    private static IEnumerable<string> Records(string folder) => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.json") : [];
}
