using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.State.Rows;
using Microsoft.Data.Sqlite;

namespace Agentworks.State.Tables;

/// <summary>Its names are unique in a workspace only, so it is not an ordinary table.</summary>
internal static class SnapshotTable
{
    private const string Columns = "id, name, workspace_id, parent_id, scope, state, provider, has_memory, data, head_commit, inputs_hash, created";

    /// <summary>By workspace and age.</summary>
    public static List<SnapshotRow> List(Database database, string? workspaceId) => workspaceId is null
        ? database.Query($"SELECT {Columns} FROM snapshot ORDER BY workspace_id, created, name", Read)
        : database.Query($"SELECT {Columns} FROM snapshot WHERE workspace_id = $1 ORDER BY created, name", Read, workspaceId);

    public static SnapshotRow? Get(Database database, string id) =>
        database.Query($"SELECT {Columns} FROM snapshot WHERE id = $1", Read, id).FirstOrDefault();

    public static SnapshotRow? Find(Database database, string workspaceId, string name) =>
        database.Query($"SELECT {Columns} FROM snapshot WHERE workspace_id = $1 AND name = $2", Read, workspaceId, name).FirstOrDefault();

    public static void Insert(Database database, SnapshotRow row) => Put(
        database,
        row,
        $"INSERT INTO snapshot ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        row.Id, row.Name, row.WorkspaceId, row.ParentId, row.Scope, row.State, row.Provider, row.HasMemory, row.Data, row.HeadCommit, row.InputsHash, row.Created);

    public static void Update(Database database, SnapshotRow row)
    {
        if (Get(database, row.Id) is null)
        {
            throw new NotFoundException(EntityKind.Snapshot, row.Name) { Target = row.Name, Recommendation = "It was removed meanwhile; look at what is there and try again." };
        }

        Put(
            database,
            row,
            "UPDATE snapshot SET name = $2, parent_id = $3, state = $4, provider = $5, has_memory = $6, data = $7, head_commit = $8, inputs_hash = $9 WHERE id = $1",
            row.Id, row.Name, row.ParentId, row.State, row.Provider, row.HasMemory, row.Data, row.HeadCommit, row.InputsHash);
    }

    /// <summary>What came from it comes from its parent then.</summary>
    public static bool Delete(Database database, string id)
    {
        database.Execute("UPDATE snapshot SET parent_id = (SELECT parent_id FROM snapshot WHERE id = $1) WHERE parent_id = $1", id);
        database.Execute("UPDATE workspace SET at_snapshot_id = (SELECT parent_id FROM snapshot WHERE id = $1) WHERE at_snapshot_id = $1", id);
        return database.Execute("DELETE FROM snapshot WHERE id = $1", id) > 0;
    }

    private static void Put(Database database, SnapshotRow row, string sql, params object?[] values)
    {
        try
        {
            database.Execute(sql, values);
        }
        catch (SqliteException e) when (SqliteFailure.IsConstraint(e))
        {
            throw Find(database, row.WorkspaceId, row.Name) is { } other && other.Id != row.Id
                ? new AlreadyExistsException(EntityKind.Snapshot, row.Name) { Target = row.Name, Recommendation = "Choose another name, or remove the other one first." }
                : new StateWriteException($"The record of snapshot '{row.Name}' does not fit the others: {e.Message}", e)
                {
                    Target = row.Name,
                    Recommendation = "What it belongs to may have been removed meanwhile; look at what is there and try again.",
                };
        }
    }

    private static SnapshotRow Read(RowReader row) => new()
    {
        Id = row.Text("id"),
        Name = row.Text("name"),
        WorkspaceId = row.Text("workspace_id"),
        ParentId = row.TextOrNull("parent_id"),
        Scope = row.Name<SnapshotScope>("scope"),
        State = row.Name<LifecycleState>("state"),
        Provider = row.Text("provider"),
        HasMemory = row.Truth("has_memory"),
        Data = row.Text("data"),
        HeadCommit = row.TextOrNull("head_commit"),
        InputsHash = row.TextOrNull("inputs_hash"),
        Created = row.Time("created"),
    };
}
