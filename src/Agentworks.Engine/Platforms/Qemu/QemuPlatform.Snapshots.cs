using System.Text.Json;
using Agentworks.Errors;
using Agentworks.Events;

namespace Agentworks.Platforms.Qemu;

/// <summary>
/// A snapshot freezes the layer that a machine writes to. It takes no time and no room at first, of a machine that runs too; a restore and a fork put
/// a new layer over the frozen one. A machine's own memory comes back with a restore. A fork boots: in the memory that it would go on with are the host key
/// of a running sshd, the machine id, names, and the seed of every program's randomness, and nothing outside could change them before they are used.
/// </summary>
public sealed partial class QemuPlatform : IDiskSnapshots, ISuspendable
{
    public string Provider => "qcow2";

    public bool KeepsMemory => true;

    public async Task<string> SnapshotAsync(PlatformMachine machine, string snapshotId, bool memory, IResourceJournal journal, CancellationToken cancellationToken)
    {
        await journal.RecordAsync($"layer of {snapshotId}", cancellationToken).ConfigureAwait(false);
        var (it, record) = await OpenAsync(machine, cancellationToken).ConfigureAwait(false);
        var running = it.FindRunning() is not null;
        if (memory && !running)
        {
            throw new NotSupportedByPlatformException($"Machine '{machine.Spec.Name}' is off, so there is no memory to keep.") { Target = machine.Spec.Name };
        }

        var file = SnapshotFile(snapshotId);
        var memoryFile = MemoryFile(snapshotId);
        if (SnapshotRecord.Read(file) is { } done && done.Layer != record.Disk && (!memory || File.Exists(memoryFile)))
        {
            // A killed run came so far that all there is to do is to let the machine follow.
            if (running)
            {
                await it.SettleAsync(record, cancellationToken).ConfigureAwait(false);
            }

            return Describe(done);
        }

        var shape = memory ? QemuShape.Of(machine.Spec, kvm.Known() ?? false) : null;
        if (running)
        {
            await it.SettleAsync(record, cancellationToken).ConfigureAwait(false);
        }

        // From the new record on the machine writes to the new layer, whatever happens: one that does not yet has it put over its disk.
        var snapshot = new SnapshotRecord(snapshotId, record.Disk, shape, clock.GetUtcNow());
        using (await layers.LockAsync(cancellationToken).ConfigureAwait(false))
        {
            UnixFiles.CreatePrivateFolder(layout.Snapshots);
            UnixFiles.DeleteIfThere(memoryFile);
            var next = await layers.CreateAsync(record.Disk, record.Base, gib: null, cancellationToken).ConfigureAwait(false);
            snapshot.Write(file);
            record = record with { Disk = next.Id };
            record.Write(layout.For(machine.Spec.Id).Record);
        }

        if (running)
        {
            await it.FreezeDiskAsync(record, memory ? memoryFile : null, cancellationToken).ConfigureAwait(false);
        }

        return Describe(snapshot);
    }

    public async Task RestoreAsync(PlatformMachine machine, string snapshotId, IResourceJournal journal, CancellationToken cancellationToken)
    {
        var snapshot = Require(snapshotId);
        await journal.RecordAsync($"layer over {snapshotId}", cancellationToken).ConfigureAwait(false);
        var (it, record) = await OpenAsync(machine, cancellationToken).ConfigureAwait(false);
        await it.KillAsync(cancellationToken).ConfigureAwait(false);
        using (await layers.LockAsync(cancellationToken).ConfigureAwait(false))
        {
            var next = await layers.CreateAsync(snapshot.Layer, record.Base, gib: null, cancellationToken).ConfigureAwait(false);
            var resume = snapshot.Memory is not null && File.Exists(MemoryFile(snapshotId)) ? snapshotId : null;
            (record with { Disk = next.Id, Resume = resume, Suspended = false }).Write(layout.For(machine.Spec.Id).Record);
        }

        await layers.TidyAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task RemoveSnapshotAsync(PlatformMachine machine, string snapshotId, CancellationToken cancellationToken)
    {
        // The record last: what it names is needed as long as it is there.
        UnixFiles.DeleteIfThere(MemoryFile(snapshotId) + ".new");
        UnixFiles.DeleteIfThere(MemoryFile(snapshotId));
        UnixFiles.DeleteIfThere(SnapshotFile(snapshotId));
        await layers.TidyAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyDictionary<string, SnapshotSize>> MeasureAsync(
        PlatformMachine machine, IReadOnlyList<string> snapshotIds, CancellationToken cancellationToken)
    {
        var sizes = new Dictionary<string, SnapshotSize>(StringComparer.Ordinal);
        var measure = new LayerSizes(layers, host);
        foreach (var id in snapshotIds)
        {
            if (SnapshotRecord.Read(SnapshotFile(id)) is { } snapshot && File.Exists(layers.Find(snapshot.Layer).File))
            {
                var memory = new FileInfo(MemoryFile(id)) is { Exists: true } file ? file.Length : 0;
                var (used, referenced) = await measure.OfAsync(snapshot.Layer, cancellationToken).ConfigureAwait(false);
                sizes[id] = new SnapshotSize(used + memory, referenced + memory);
            }
        }

        return sizes;
    }

    public async Task<PlatformMachine> CloneAsync(
        MachineSpec spec, PlatformMachine source, string snapshotId, IResourceJournal journal, IEventSink events, CancellationToken cancellationToken)
    {
        Validate(spec);
        var snapshot = Require(snapshotId);
        if (snapshot.Memory is not null)
        {
            events.Report(new DetailEvent($"Machine {spec.Name} boots from the disk of the snapshot; its memory stays with {source.Spec.Name}."));
        }

        var paths = layout.For(spec.Id);
        await journal.RecordAsync($"folder {paths.Folder}", cancellationToken).ConfigureAwait(false);
        var commands = await BeginAsync(paths, cancellationToken).ConfigureAwait(false);
        var below = layers.Record(snapshot.Layer) ?? throw new PlatformException($"The layer of snapshot {snapshotId} is gone.") { Target = snapshotId };
        var made = QemuRecord.Read(paths.Record) is { Whole: true } whole ? whole
            : await MakeAsync(spec, paths, commands, below.Base, snapshot.Layer, cancellationToken).ConfigureAwait(false);
        return new PlatformMachine(spec, DataOf(made));
    }

    public Task SuspendAsync(PlatformMachine machine, CancellationToken cancellationToken) => SetSuspendedAsync(machine, suspended: true, cancellationToken);

    public Task ResumeAsync(PlatformMachine machine, CancellationToken cancellationToken) => SetSuspendedAsync(machine, suspended: false, cancellationToken);

    private async Task SetSuspendedAsync(PlatformMachine machine, bool suspended, CancellationToken cancellationToken)
    {
        var (it, record) = await OpenAsync(machine, cancellationToken).ConfigureAwait(false);
        if (it.FindRunning() is null)
        {
            throw new NotReadyException($"Machine '{machine.Spec.Name}' is not running.") { Target = machine.Spec.Name };
        }

        await it.SettleAsync(record, cancellationToken).ConfigureAwait(false);
        await it.SetSuspendedAsync(record, suspended, cancellationToken).ConfigureAwait(false);
    }

    private SnapshotRecord Require(string id) =>
        SnapshotRecord.Read(SnapshotFile(id)) ?? throw new PlatformException($"Snapshot {id} is not in {layout.Snapshots}.") { Target = id };

    private static string Describe(SnapshotRecord snapshot) => JsonSerializer.Serialize(new { layer = snapshot.Layer, memory = snapshot.Memory is not null });

    private string SnapshotFile(string id) => Path.Combine(layout.Snapshots, CheckId(id) + ".json");

    private string MemoryFile(string id) => Path.Combine(layout.Snapshots, CheckId(id) + ".memory");

    private static string CheckId(string id) => id.Length is > 0 and <= 64 && id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? id
        : throw new ArgumentException($"'{id}' is no snapshot id.", nameof(id));
}
