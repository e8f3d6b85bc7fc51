using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Platforms;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Snapshots;

/// <summary>
/// How snapshots and forks of one kind of workspace are made: TreeSnapshots for files on a shared machine, another for whole
/// machines. <see cref="SnapshotService"/> and <see cref="ForkService"/> choose the provider, check names and dependents, hold the locks and
/// write all rows of snapshots and workspaces; the provider does the work on the machine and says what came of it.
/// </summary>
/// <remarks>
/// A snapshot is known by its row's id, which is there (state Creating) before <see cref="CreateAsync"/> is called and stays until
/// <see cref="RemoveAsync"/> has returned. Whoever called may be killed at any moment: each method converges when it is called again with the same
/// rows. Intents go to the scope's journal before the world is touched, and everything that changes a machine has a remote id of the scope's.
/// </remarks>
internal interface ISnapshotProvider
{
    SnapshotScope Scope { get; }

    /// <summary>Whether this provider is the one for that workspace.</summary>
    bool Serves(SnapshotPlace place);

    /// <summary>Saves the workspace as it is at one instant. One of that id that a killed run left is made anew.</summary>
    /// <exception cref="Errors.NotSupportedByPlatformException"><paramref name="memory"/> is wanted and cannot be kept.</exception>
    Task<SnapshotMade> CreateAsync(OperationScope scope, SnapshotPlace place, SnapshotRow row, bool memory, CancellationToken cancellationToken);

    /// <summary>Brings the workspace back to the snapshot; all others stay. The caller records it as the one that the files come from.</summary>
    /// <exception cref="Errors.HasDependentsException">Something stands in what would be replaced, and <see cref="RestoreSnapshot.Stop"/> is null.</exception>
    Task RestoreAsync(OperationScope scope, SnapshotPlace place, SnapshotRow row, RestoreSnapshot how, CancellationToken cancellationToken);

    /// <summary>Removes them; one that is gone already is no error. No fork needs them.</summary>
    Task RemoveAsync(OperationScope scope, SnapshotPlace place, IReadOnlyList<SnapshotRow> rows, CancellationToken cancellationToken);

    /// <summary>Sizes of those that are there, by id; all of one machine, in one round trip. Starts nothing.</summary>
    Task<IReadOnlyDictionary<string, SnapshotSize>> MeasureAsync(
        VmRow vm, IReadOnlyList<(WorkspaceRow Workspace, SnapshotRow Snapshot)> snapshots, CancellationToken cancellationToken);

    /// <summary>Other things that forks by these names need locked, such as machines of their own.</summary>
    IReadOnlyList<(string Kind, string Name)> LocksFor(IReadOnlyList<string> names);

    /// <summary>
    /// The record of a fork that is to be made, in the caller's transaction, which inserts it; a machine of its own is inserted here. The caller sets
    /// what is said of lineage, and State to Creating. <paramref name="old"/> is the record that a killed run left for the same fork, or null.
    /// </summary>
    WorkspaceRow PlanFork(StateWriter state, SnapshotPlace source, string name, WorkspaceRow? old);

    /// <summary>
    /// Makes all forks, of the snapshot or, when it is null, of the workspace as it is; each is whole or not there, and the failure of one is no
    /// other's. They let in whom they should when this returns.
    /// </summary>
    Task<IReadOnlyList<ForkMade>> ForkAsync(
        OperationScope scope, SnapshotPlace source, SnapshotRow? snapshot, IReadOnlyList<WorkspaceRow> forks, IEventSink events, CancellationToken cancellationToken);

    /// <summary>Makes a fork independent of its snapshot, which may be removed then. The record's lineage is the caller's business.</summary>
    Task PromoteAsync(OperationScope scope, SnapshotPlace fork, CancellationToken cancellationToken);
}
