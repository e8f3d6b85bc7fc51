using System.Globalization;
using Agentworks.State.Rows;

namespace Agentworks.State.Tables;

/// <summary>At most one row for a workspace.</summary>
internal static class PreparationTable
{
    public static PreparationRow? Find(Database database, string workspaceId) =>
        database.Query(
            "SELECT workspace_id, inputs_hash, done FROM preparation WHERE workspace_id = $1",
            row => new PreparationRow(row.Text("workspace_id"), row.Text("inputs_hash"), (int)row.Number("done")),
            workspaceId).FirstOrDefault();

    public static void Put(Database database, PreparationRow row) => database.Execute(
        "INSERT INTO preparation (workspace_id, inputs_hash, done) VALUES ($1, $2, $3) ON CONFLICT (workspace_id) DO UPDATE SET inputs_hash = $2, done = $3",
        row.WorkspaceId, row.InputsHash, row.Done.ToString(CultureInfo.InvariantCulture));

    public static bool Delete(Database database, string workspaceId) => database.Execute("DELETE FROM preparation WHERE workspace_id = $1", workspaceId) > 0;
}
