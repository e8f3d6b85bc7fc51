using Agentworks.State.Rows;

namespace Agentworks.State.Tables;

internal static class VmEventTable
{
    /// <summary>So many are kept of each machine.</summary>
    public const int Kept = 1000;

    private const int MaxDetail = 2000;

    public static List<VmEventRow> List(Database database, string vmId) => database.Query(
        "SELECT vm_id, event, detail, time FROM vm_event WHERE vm_id = $1 ORDER BY time, sequence",
        row => new VmEventRow(row.Text("vm_id"), row.Text("event"), row.TextOrNull("detail"), row.Time("time")),
        vmId);

    /// <summary>False when there is no such machine any more.</summary>
    public static bool Append(Database database, VmEventRow row)
    {
        var detail = row.Detail is { Length: > MaxDetail } whole ? whole[..MaxDetail] + "…" : row.Detail;
        var added = database.Execute(
            "INSERT INTO vm_event (vm_id, event, detail, time) SELECT id, $2, $3, $4 FROM vm WHERE id = $1", row.VmId, row.Event, detail, row.Time) > 0;
        database.Execute(
            """
            DELETE FROM vm_event WHERE vm_id = $1 AND sequence <=
                (SELECT sequence FROM vm_event WHERE vm_id = $1 ORDER BY sequence DESC LIMIT 1 OFFSET $2)
            """,
            row.VmId, Kept);
        return added;
    }
}
