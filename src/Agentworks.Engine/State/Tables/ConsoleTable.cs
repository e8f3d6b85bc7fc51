using Agentworks.Model;
using Agentworks.State.Rows;

namespace Agentworks.State.Tables;

internal static class ConsoleTable
{
    public static readonly Table<ConsoleRow> Rows = new(
        "console",
        EntityKind.Console,
        [
            ("id", row => row.Id),
            ("name", row => row.Name),
            ("vm_id", row => row.VmId),
            ("admin_shell", row => row.AdminShell),
            ("created", row => row.Created),
        ],
        row => new ConsoleRow
        {
            Id = row.Text("id"),
            Name = row.Text("name"),
            VmId = row.Text("vm_id"),
            AdminShell = row.Truth("admin_shell"),
            Created = row.Time("created"),
        });
}
