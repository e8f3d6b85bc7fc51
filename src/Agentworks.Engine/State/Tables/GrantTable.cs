using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.State.Rows;
using Microsoft.Data.Sqlite;

namespace Agentworks.State.Tables;

internal static class GrantTable
{
    private const string Key = "agent_id = $1 AND workspace_id = $2 AND kind = $3 AND ifnull(session_id, '') = ifnull($4, '')";

    public static List<GrantRow> List(Database database, string? agentId, string? workspaceId, string? sessionId)
    {
        (string Column, string? Value)[] filters = [("agent_id", agentId), ("workspace_id", workspaceId), ("session_id", sessionId)];
        var used = filters.Where(filter => filter.Value is not null).ToArray();
        var where = used.Length == 0
            ? string.Empty
            : "WHERE " + string.Join(" AND ", used.Select((filter, i) => $"{filter.Column} = ${i + 1}"));
        return database.Query(
            $"SELECT agent_id, workspace_id, kind, session_id FROM access_grant {where} ORDER BY agent_id, workspace_id, kind, session_id",
            row => new GrantRow(row.Text("agent_id"), row.Text("workspace_id"), row.Name<GrantKind>("kind"), row.TextOrNull("session_id")),
            [.. used.Select(filter => (object?)filter.Value)]);
    }

    /// <summary>False when it was there already.</summary>
    public static bool Add(Database database, GrantRow row)
    {
        try
        {
            return database.Execute(
                """
                INSERT INTO access_grant (agent_id, workspace_id, kind, session_id, vm_id)
                VALUES ($1, $2, $3, $4, (SELECT vm_id FROM agent WHERE id = $1))
                ON CONFLICT (agent_id, workspace_id, kind, ifnull(session_id, '')) DO NOTHING
                """,
                row.AgentId, row.WorkspaceId, row.Kind, row.SessionId) > 0;
        }
        catch (SqliteException e) when (SqliteFailure.IsConstraint(e))
        {
            throw Explain(database, row, e);
        }
    }

    public static bool Remove(Database database, GrantRow row) =>
        database.Execute($"DELETE FROM access_grant WHERE {Key}", row.AgentId, row.WorkspaceId, row.Kind, row.SessionId) > 0;

    private static AgentworksException Explain(Database database, GrantRow row, SqliteException e)
    {
        var agent = AgentTable.Rows.Find(database, "id", row.AgentId);
        var workspace = WorkspaceTable.Rows.Find(database, "id", row.WorkspaceId);
        if (agent is not null && workspace is not null && agent.VmId != workspace.VmId)
        {
            return new InvalidRequestException($"Agent '{agent.Name}' and workspace '{workspace.Name}' live on different machines.")
            {
                Target = agent.Name,
                Recommendation = "Grant a workspace of the agent's own machine.",
            };
        }

        return new StateWriteException($"The grant does not fit the other records: {e.Message}", e)
        {
            Target = agent?.Name ?? row.AgentId,
            Recommendation = "The agent, workspace or session may have been removed meanwhile; look at what is there and try again.",
        };
    }
}
