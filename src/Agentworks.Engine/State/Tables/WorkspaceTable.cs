using Agentworks.Model;
using Agentworks.State.Rows;

namespace Agentworks.State.Tables;

internal static class WorkspaceTable
{
    public static readonly Table<WorkspaceRow> Rows = new(
        "workspace",
        EntityKind.Workspace,
        [
            ("id", row => row.Id),
            ("name", row => row.Name),
            ("vm_id", row => row.VmId),
            ("isolation", row => row.Isolation),
            ("state", row => row.State),
            ("template", row => row.Template),
            ("path", row => row.Path),
            ("linux_group", row => row.LinuxGroup),
            ("repository", row => row.Repository),
            ("branch", row => row.Branch),
            ("store", row => row.Store),
            ("copied_from", row => row.CopiedFrom),
            ("other_path", row => row.OtherPath),
            ("other_vm_id", row => row.OtherVmId),
            ("parent_workspace", row => row.ParentWorkspace),
            ("parent_snapshot", row => row.ParentSnapshot),
            ("parent_snapshot_id", row => row.ParentSnapshotId),
            ("fork_point", row => row.ForkPoint),
            ("at_snapshot_id", row => row.AtSnapshotId),
            ("disk_owner", row => row.DiskOwner),
            ("from_pool", row => row.FromPool),
            ("ready_ms", row => row.ReadyMilliseconds),
            ("created", row => row.Created),
        ],
        row => new WorkspaceRow
        {
            Id = row.Text("id"),
            Name = row.Text("name"),
            VmId = row.Text("vm_id"),
            Isolation = row.Name<WorkspaceIsolation>("isolation"),
            State = row.Name<LifecycleState>("state"),
            Template = row.Text("template"),
            Path = row.Text("path"),
            LinuxGroup = row.Text("linux_group"),
            Repository = row.TextOrNull("repository"),
            Branch = row.TextOrNull("branch"),
            Store = row.TextOrNull("store"),
            CopiedFrom = row.TextOrNull("copied_from"),
            OtherPath = row.TextOrNull("other_path"),
            OtherVmId = row.TextOrNull("other_vm_id"),
            ParentWorkspace = row.TextOrNull("parent_workspace"),
            ParentSnapshot = row.TextOrNull("parent_snapshot"),
            ParentSnapshotId = row.TextOrNull("parent_snapshot_id"),
            ForkPoint = row.TextOrNull("fork_point"),
            AtSnapshotId = row.TextOrNull("at_snapshot_id"),
            DiskOwner = row.NumberOrNull("disk_owner"),
            FromPool = row.Truth("from_pool"),
            ReadyMilliseconds = row.NumberOrNull("ready_ms"),
            Created = row.Time("created"),
        });
}
