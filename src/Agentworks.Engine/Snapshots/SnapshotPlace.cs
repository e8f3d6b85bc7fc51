using Agentworks.State.Rows;

namespace Agentworks.Snapshots;

/// <summary>A workspace of which snapshots are made, and its machine.</summary>
internal sealed record SnapshotPlace(WorkspaceRow Workspace, VmRow Vm);
