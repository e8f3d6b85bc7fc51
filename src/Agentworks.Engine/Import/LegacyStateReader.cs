using System.Globalization;
using Agentworks.Errors;
using Microsoft.Data.Sqlite;

namespace Agentworks.Import;

/// <summary>
/// Reads the database of the Python tool <c>agw</c>, schema version 26. A copy is read, with its log, so that the file itself is neither locked nor
/// changed, also while agw runs.
/// </summary>
internal static class LegacyStateReader
{
    private const long SchemaVersion = 26;

    /// <exception cref="StateFileException">It is no such database, or one of another version.</exception>
    public static LegacyState Read(string path)
    {
        if (!File.Exists(path))
        {
            throw Unusable(path, "there is no such file.", "agw keeps it at ~/.config/agentworks/agentworks.db.");
        }

        var copy = Directory.CreateTempSubdirectory("agentworks-import-").FullName;
        try
        {
            // The log first: a checkpoint in between leaves pages in both, which is harmless, and never in neither.
            var file = Path.Combine(copy, "agw.db");
            if (File.Exists(path + "-wal"))
            {
                File.Copy(path + "-wal", file + "-wal");
            }

            File.Copy(path, file);
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
            connection.Open();
            RequireVersion(connection, path);
            return Read(connection);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException or InvalidCastException or FormatException or OverflowException)
        {
            throw Unusable(path, e.Message, "Check that agw itself can read it: agw doctor", e);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    private static void RequireVersion(SqliteConnection connection, string path)
    {
        if (Query(connection, "SELECT name FROM sqlite_master WHERE type = 'table' AND name IN ('schema_version', 'vms')", row => row.GetString(0)).Count < 2)
        {
            throw Unusable(path, "it is not a database of agw.", "agw keeps it at ~/.config/agentworks/agentworks.db.");
        }

        var version = Query(connection, "SELECT max(version) FROM schema_version", row => row.IsDBNull(0) ? 0 : row.GetInt64(0))[0];
        if (version != SchemaVersion)
        {
            throw Unusable(
                path,
                $"its schema has version {version.ToString(CultureInfo.InvariantCulture)}, and {SchemaVersion} is read.",
                version < SchemaVersion ? "Bring it up to date with agw 0.6: agw doctor" : "It was written by a newer agw than 0.6, which is not understood yet.");
        }
    }

    private static LegacyState Read(SqliteConnection connection) => new()
    {
        VmHosts = Query(connection, "SELECT name, ssh_host, os, created_at FROM vm_hosts ORDER BY name", row =>
            new LegacyState.VmHostEntry(row.GetString(0), row.GetString(1), Text(row, 2), Time(row, 3))),
        Vms = Query(connection, "SELECT name, platform, vm_host_name, template, provisioning_status, tailscale_host, cpus, memory_gib, disk_gib, admin_username, created_at FROM vms ORDER BY name", row =>
            new LegacyState.VmEntry(row.GetString(0), row.GetString(1), Text(row, 2), Text(row, 3), row.GetString(4), Text(row, 5), Number(row, 6), Number(row, 7), Number(row, 8), row.GetString(9), Time(row, 10))),
        Workspaces = Query(connection, "SELECT name, vm_name, template, workspace_path, linux_group, created_at FROM workspaces ORDER BY name", row =>
            new LegacyState.WorkspaceEntry(row.GetString(0), row.GetString(1), Text(row, 2), row.GetString(3), row.GetString(4), Time(row, 5))),
        Agents = Query(connection, "SELECT name, vm_name, linux_user, template, grant_all, created_at FROM agents ORDER BY name", row =>
            new LegacyState.AgentEntry(row.GetString(0), row.GetString(1), row.GetString(2), Text(row, 3), row.GetInt64(4) != 0, Time(row, 5))),
        Sessions = Query(connection, "SELECT name, workspace_name, CASE mode WHEN 'agent' THEN agent_name END, template, created_workspace, created_agent, pid, created_at FROM sessions ORDER BY name", row =>
            new LegacyState.SessionEntry(row.GetString(0), row.GetString(1), Text(row, 2), row.GetString(3), Number(row, 4) is > 0, Number(row, 5) is > 0, Number(row, 6) is -1, Time(row, 7))),
        Grants = [.. Query(connection, "SELECT agent_name, workspace_name, CASE grant_type WHEN 'implicit' THEN session_name END FROM agent_workspace_grants", row =>
            new LegacyState.GrantEntry(row.GetString(0), row.GetString(1), Text(row, 2))).Distinct()],
        Consoles = Query(connection, "SELECT name, vm_name, admin_shell, created_at FROM consoles ORDER BY name", row =>
            new LegacyState.ConsoleEntry(row.GetString(0), row.GetString(1), row.GetInt64(2) != 0, Time(row, 3))),
        ConsoleSessions = Query(connection, "SELECT console_name, session_name, position, shells FROM console_sessions ORDER BY console_name, position", row =>
            new LegacyState.ConsoleSessionEntry(row.GetString(0), row.GetString(1), row.GetInt32(2), Text(row, 3) ?? "[]")),
    };

    private static List<T> Query<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> read)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only the constant texts above come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static int? Number(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);

    private static DateTimeOffset Time(SqliteDataReader row, int column) =>
        DateTimeOffset.Parse(row.GetString(column), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    private static StateFileException Unusable(string path, string reason, string recommendation, Exception? inner = null) =>
        new($"'{path}' cannot be imported: {reason}", inner) { Target = path, Recommendation = recommendation };
}
