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
            Created = row.Time("created"),
        });
}
