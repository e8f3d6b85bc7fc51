using Agentworks.Model;
using Agentworks.State.Rows;

namespace Agentworks.State.Tables;

internal static class AgentTable
{
    public static readonly Table<AgentRow> Rows = new(
        "agent",
        EntityKind.Agent,
        [
            ("id", row => row.Id),
            ("name", row => row.Name),
            ("vm_id", row => row.VmId),
            ("state", row => row.State),
            ("template", row => row.Template),
            ("linux_user", row => row.LinuxUser),
            ("all_workspaces", row => row.AllWorkspaces),
            ("failed_steps", row => row.FailedSteps),
            ("created", row => row.Created),
        ],
        row => new AgentRow
        {
            Id = row.Text("id"),
            Name = row.Text("name"),
            VmId = row.Text("vm_id"),
            State = row.Name<LifecycleState>("state"),
            Template = row.Text("template"),
            LinuxUser = row.Text("linux_user"),
            AllWorkspaces = row.Truth("all_workspaces"),
            FailedSteps = row.Text("failed_steps"),
            Created = row.Time("created"),
        });
}
