using Microsoft.Data.Sqlite;

namespace Agentworks.State;

/// <summary>One connection and its prepared statements. Used by one thread at a time.</summary>
internal sealed class Database : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly Dictionary<string, SqliteCommand> statements = new(StringComparer.Ordinal);

    static Database() => SQLitePCL.Batteries_V2.Init();

    private Database(SqliteConnection connection, StatePaths paths)
    {
        this.connection = connection;
        Paths = paths;
    }

    public StatePaths Paths { get; }

    /// <summary>Opens a file that exists.</summary>
    public static Database Open(StatePaths paths, string file, bool readOnly)
    {
        var opened = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
        }.ToString());
        var database = new Database(opened, paths);
        try
        {
            opened.Open();

            // No automatic checkpoints: they would make one commit in many slow and everyone behind it wait; see Checkpointer.
            database.Script($"""
                PRAGMA busy_timeout = 20000;
                PRAGMA foreign_keys = ON;
                PRAGMA synchronous = NORMAL;
                PRAGMA wal_autocheckpoint = 0;
                PRAGMA journal_size_limit = 0;
                PRAGMA cell_size_check = ON;
                PRAGMA trusted_schema = OFF;
                PRAGMA query_only = {(readOnly ? "ON" : "OFF")};
                """);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Runs statements that take no parameters and are not worth keeping prepared.</summary>
    public void Script(string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only our own text comes here; values are bound.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>Runs a prepared statement; parameters are named <c>$1</c>, <c>$2</c>, … Returns the number of changed rows.</summary>
    public int Execute(string sql, params object?[] values) => Bind(sql, values).ExecuteNonQuery();

    /// <summary>The first column of the first row; null without one.</summary>
    public object? Scalar(string sql, params object?[] values)
    {
        var value = Bind(sql, values).ExecuteScalar();
        return value is DBNull ? null : value;
    }

    public long Number(string sql, params object?[] values) => Scalar(sql, values) as long? ?? 0;

    public List<T> Query<T>(string sql, Func<RowReader, T> read, params object?[] values)
    {
        using var reader = Bind(sql, values).ExecuteReader();
        var rows = new List<T>();
        var row = new RowReader(reader, Paths);
        while (reader.Read())
        {
            rows.Add(read(row));
        }

        return rows;
    }

    /// <summary>Undoes the open transaction; quietly when SQLite has done so itself, as it does when the disk is full.</summary>
    public void Rollback() => Quietly("ROLLBACK");

    public void RollbackInner(string savepoint) => Quietly($"ROLLBACK TO {savepoint}; RELEASE {savepoint}");

    public void Dispose()
    {
        foreach (var statement in statements.Values)
        {
            statement.Dispose();
        }

        statements.Clear();
        connection.Dispose();
    }

    private void Quietly(string sql)
    {
        try
        {
            Script(sql);
        }
        catch (SqliteException)
        {
            // There is no transaction any more. The exception that led here says why.
        }
    }

    private SqliteCommand Bind(string sql, object?[] values)
    {
        if (!statements.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
#pragma warning disable CA2100 // Only our own text comes here; values are bound.
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var i = 1; i <= values.Length; i++)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = "$" + i });
            }

            statements.Add(sql, command);
        }

        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = StoredValue.Of(values[i]);
        }

        return command;
    }
}
