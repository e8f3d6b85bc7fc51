using Agentworks.Errors;
using Agentworks.Git;
using Agentworks.State.Rows;
using Microsoft.Data.Sqlite;

namespace Agentworks.State.Tables;

internal static class GitCredentialTable
{
    /// <param name="ofAdmin">Only the admin's.</param>
    public static List<GitCredentialRow> List(Database database, string? vmId, string? agentId, bool ofAdmin) => database.Query(
        """
        SELECT id, name, vm_id, agent_id, origin, kind, host, path, created FROM git_credential
        WHERE ($1 IS NULL OR vm_id = $1) AND ($2 IS NULL OR agent_id = $2) AND ($3 = 0 OR agent_id IS NULL)
        ORDER BY name, vm_id, agent_id
        """,
        row => new GitCredentialRow
        {
            Id = row.Text("id"),
            Name = row.Text("name"),
            VmId = row.Text("vm_id"),
            AgentId = row.TextOrNull("agent_id"),
            Origin = row.Name<GitCredentialOrigin>("origin"),
            Kind = row.Text("kind"),
            Host = row.Text("host"),
            Path = row.Text("path"),
            Created = row.Time("created"),
        },
        vmId, agentId, ofAdmin);

    /// <summary>Takes the place of the user's credential of that name, and keeps its id and time.</summary>
    public static void Put(Database database, GitCredentialRow row)
    {
        try
        {
            database.Execute(
                """
                INSERT INTO git_credential (id, name, vm_id, agent_id, origin, kind, host, path, created)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                ON CONFLICT (vm_id, ifnull(agent_id, ''), name) DO UPDATE SET origin = $5, kind = $6, host = $7, path = $8
                """,
                row.Id, row.Name, row.VmId, row.AgentId, row.Origin, row.Kind, row.Host, row.Path, row.Created);
        }
        catch (SqliteException e) when (SqliteFailure.IsConstraint(e))
        {
            throw new StateWriteException($"The machine or agent of git credential '{row.Name}' is no longer recorded: {e.Message}", e) { Target = row.Name };
        }
    }

    public static bool Delete(Database database, string id) => database.Execute("DELETE FROM git_credential WHERE id = $1", id) > 0;
}
