using Agentworks.Model;
using Agentworks.State.Rows;

namespace Agentworks.State.Tables;

internal static class VmHostTable
{
    public static readonly Table<VmHostRow> Rows = new(
        "vm_host",
        EntityKind.VmHost,
        [
            ("id", row => row.Id),
            ("name", row => row.Name),
            ("address", row => row.Address),
            ("system", row => row.System),
            ("created", row => row.Created),
        ],
        row => new VmHostRow
        {
            Id = row.Text("id"),
            Name = row.Text("name"),
            Address = row.Text("address"),
            System = row.TextOrNull("system"),
            Created = row.Time("created"),
        });
}
