using Agentworks.Errors;
using Agentworks.State.Rows;
using Microsoft.Data.Sqlite;

namespace Agentworks.State.Tables;

internal static class PortForwardTable
{
    private const string Select = "SELECT id, vm_id, local_address, local_port, remote_port, workspace_id, created FROM port_forward";

    public static List<PortForwardRow> List(Database database, string? vmId)
    {
        var (where, values) = vmId is null ? (string.Empty, Array.Empty<object?>()) : (" WHERE vm_id = $1", [vmId]);
        return database.Query($"{Select}{where} ORDER BY local_port, local_address", Read, values);
    }

    public static PortForwardRow? Get(Database database, string id) => database.Query($"{Select} WHERE id = $1", Read, id).FirstOrDefault();

    public static void Insert(Database database, PortForwardRow row)
    {
        try
        {
            database.Execute(
                "INSERT INTO port_forward (id, vm_id, local_address, local_port, remote_port, workspace_id, created) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                row.Id, row.VmId, row.LocalAddress, row.LocalPort, row.RemotePort, row.WorkspaceId, row.Created);
        }
        catch (SqliteException e) when (SqliteFailure.IsConstraint(e))
        {
            throw new StateWriteException($"The forward of port {row.LocalPort} does not fit the other records: {e.Message}", e)
            {
                Target = row.LocalPort,
                Recommendation = "The machine may have been removed meanwhile; look at what is there and try again.",
            };
        }
    }

    public static bool Delete(Database database, string id) => database.Execute("DELETE FROM port_forward WHERE id = $1", id) > 0;

    private static PortForwardRow Read(RowReader row) => new()
    {
        Id = row.Text("id"),
        VmId = row.Text("vm_id"),
        LocalAddress = row.Text("local_address"),
        LocalPort = row.Number("local_port"),
        RemotePort = row.Number("remote_port"),
        WorkspaceId = row.TextOrNull("workspace_id"),
        Created = row.Time("created"),
    };
}
