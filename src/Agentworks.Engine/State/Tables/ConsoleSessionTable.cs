using Agentworks.Errors;
using Agentworks.State.Rows;
using Microsoft.Data.Sqlite;

namespace Agentworks.State.Tables;

internal static class ConsoleSessionTable
{
    private const string Key = "console_id = $1 AND session_id = $2";

    public static List<ConsoleSessionRow> List(Database database, string? consoleId, string? sessionId) => database.Query(
        """
        SELECT console_id, session_id, position, shells FROM console_session
        WHERE ($1 IS NULL OR console_id = $1) AND ($2 IS NULL OR session_id = $2)
        ORDER BY console_id, position, session_id
        """,
        row => new ConsoleSessionRow(row.Text("console_id"), row.Text("session_id"), row.Number("position"), row.Text("shells")),
        consoleId, sessionId);

    public static void Insert(Database database, ConsoleSessionRow row)
    {
        try
        {
            database.Execute(
                """
                INSERT INTO console_session (console_id, session_id, vm_id, position, shells)
                VALUES ($1, $2, (SELECT vm_id FROM console WHERE id = $1), $3, $4)
                """,
                row.ConsoleId, row.SessionId, row.Position, row.Shells);
        }
        catch (SqliteException e) when (SqliteFailure.IsConstraint(e))
        {
            throw new StateWriteException($"The session does not fit into the console: {e.Message}", e)
            {
                Target = row.SessionId,
                Recommendation = "The session or the console may have been removed meanwhile; look at what is there and try again.",
            };
        }
    }

    public static void Update(Database database, ConsoleSessionRow row) => database.Execute(
        $"UPDATE console_session SET position = $3, shells = $4 WHERE {Key}", row.ConsoleId, row.SessionId, row.Position, row.Shells);

    public static bool Delete(Database database, string consoleId, string sessionId) =>
        database.Execute($"DELETE FROM console_session WHERE {Key}", consoleId, sessionId) > 0;
}
