using Agentworks.Events;

namespace Agentworks.Platforms;

/// <summary>
/// A platform whose dedicated machines can be snapshot and forked as a whole. A snapshot is known by an id of the caller's, found by that
/// alone, and outlives the machine as long as forks need it. Each method converges when it is called again after a crash.
/// </summary>
public interface IDiskSnapshots
{
    /// <summary>"btrfs", "qcow2": how it is done.</summary>
    string Provider { get; }

    /// <summary>Whether a snapshot can hold the memory of a running machine too, and forget nothing of it when it is restored.</summary>
    bool KeepsMemory { get; }

    /// <summary>Saves the disk as it is at one instant; the machine goes on. With <paramref name="memory"/>, its memory too.</summary>
    /// <returns>The provider's own record, opaque to everyone else.</returns>
    /// <exception cref="Errors.NotSupportedByPlatformException"><paramref name="memory"/> is asked for and cannot be kept.</exception>
    Task<string> SnapshotAsync(PlatformMachine machine, string snapshotId, bool memory, IResourceJournal journal, CancellationToken cancellationToken);

    /// <summary>Puts the machine back to the snapshot. It is stopped meanwhile, if it ran, and not started. All other snapshots stay.</summary>
    Task RestoreAsync(PlatformMachine machine, string snapshotId, IResourceJournal journal, CancellationToken cancellationToken);

    /// <summary>Removes it; one that is gone already is no error.</summary>
    Task RemoveSnapshotAsync(PlatformMachine machine, string snapshotId, CancellationToken cancellationToken);

    /// <summary>Sizes in bytes, of those that are there.</summary>
    Task<IReadOnlyDictionary<string, SnapshotSize>> MeasureAsync(PlatformMachine machine, IReadOnlyList<string> snapshotIds, CancellationToken cancellationToken);

    /// <summary>Makes a machine (not started) whose disk is a snapshot's, with host key, machine id, host name and seed of its own. Idempotent by the id of <paramref name="spec"/>.</summary>
    Task<PlatformMachine> CloneAsync(
        MachineSpec spec, PlatformMachine source, string snapshotId, IResourceJournal journal, IEventSink events, CancellationToken cancellationToken);

    /// <summary>Makes a machine that is a snapshot's clone independent of the snapshot, which may be removed then. For one that is so already there is nothing to do.</summary>
    Task PromoteAsync(PlatformMachine machine, IResourceJournal journal, CancellationToken cancellationToken) => Task.CompletedTask;
}
