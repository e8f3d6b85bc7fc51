using Agentworks.Model;
using Agentworks.State.Rows;

namespace Agentworks.State.Tables;

internal static class VmTable
{
    public static readonly Table<VmRow> Rows = new(
        "vm",
        EntityKind.Vm,
        [
            ("id", row => row.Id),
            ("name", row => row.Name),
            ("platform", row => row.Platform),
            ("template", row => row.Template),
            ("state", row => row.State),
            ("desired_power", row => row.DesiredPower),
            ("admin_user", row => row.AdminUser),
            ("host_name", row => row.HostName),
            ("workspaces_path", row => row.WorkspacesPath),
            ("cpus", row => row.Cpus),
            ("memory_mib", row => row.MemoryMiB),
            ("disk_gib", row => row.DiskGiB),
            ("image", row => row.Image),
            ("vm_host", row => row.VmHost),
            ("network", row => row.Network),
            ("network_data", row => row.NetworkData),
            ("options", row => row.OptionsJson),
            ("platform_data", row => row.PlatformData),
            ("workspace_store", row => row.WorkspaceStore),
            ("failed_steps", row => row.FailedSteps),
            ("applied_hash", row => row.AppliedHash),
            ("suspended", row => row.Suspended),
            ("dedicated", row => row.Dedicated),
            ("network_rules", row => row.NetworkRulesJson),
            ("created", row => row.Created),
        ],
        row => new VmRow
        {
            Id = row.Text("id"),
            Name = row.Text("name"),
            Platform = row.Text("platform"),
            Template = row.Text("template"),
            State = row.Name<LifecycleState>("state"),
            DesiredPower = row.Name<DesiredPower>("desired_power"),
            AdminUser = row.Text("admin_user"),
            HostName = row.Text("host_name"),
            WorkspacesPath = row.Text("workspaces_path"),
            Cpus = row.NumberOrNull("cpus"),
            MemoryMiB = row.NumberOrNull("memory_mib"),
            DiskGiB = row.NumberOrNull("disk_gib"),
            Image = row.TextOrNull("image"),
            VmHost = row.TextOrNull("vm_host"),
            Network = row.Text("network"),
            NetworkData = row.Text("network_data"),
            OptionsJson = row.Text("options"),
            PlatformData = row.Text("platform_data"),
            WorkspaceStore = row.TextOrNull("workspace_store"),
            FailedSteps = row.Text("failed_steps"),
            AppliedHash = row.TextOrNull("applied_hash"),
            Suspended = row.Truth("suspended"),
            Dedicated = row.Truth("dedicated"),
            NetworkRulesJson = row.TextOrNull("network_rules"),
            Created = row.Time("created"),
        });
}
