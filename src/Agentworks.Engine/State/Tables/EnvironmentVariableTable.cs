using Agentworks.State.Rows;

namespace Agentworks.State.Tables;

internal static class EnvironmentVariableTable
{
    private const string Select = "SELECT workspace_id, name, value, created FROM environment_variable";

    public static List<EnvironmentVariableRow> List(Database database, string workspaceId) =>
        database.Query($"{Select} WHERE workspace_id = $1 ORDER BY name", Read, workspaceId);

    public static void Put(Database database, EnvironmentVariableRow row) => database.Execute(
        """
        INSERT INTO environment_variable (workspace_id, name, value, secret, created) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (workspace_id, name) DO UPDATE SET value = excluded.value, secret = excluded.secret
        """,
        row.WorkspaceId, row.Name, row.Value, row.Secret, row.Created);

    public static bool Delete(Database database, string workspaceId, string name) =>
        database.Execute("DELETE FROM environment_variable WHERE workspace_id = $1 AND name = $2", workspaceId, name) > 0;

    /// <summary>Plain ones only: a secret is in one machine's memory, for one workspace.</summary>
    public static int Inherit(Database database, string from, string to) => database.Execute(
        """
        INSERT INTO environment_variable (workspace_id, name, value, secret, created)
        SELECT $2, name, value, secret, created FROM environment_variable WHERE workspace_id = $1 AND secret = 0
        ON CONFLICT (workspace_id, name) DO NOTHING
        """,
        from, to);

    private static EnvironmentVariableRow Read(RowReader row) => new()
    {
        WorkspaceId = row.Text("workspace_id"),
        Name = row.Text("name"),
        Value = row.TextOrNull("value"),
        Created = row.Time("created"),
    };
}
