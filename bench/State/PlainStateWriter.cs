using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Agentworks.Bench.State;

/// <summary>The same changes to the same file without the gate: SQLite waits by sleeping and trying again, and checkpoints by itself.</summary>
internal sealed class PlainStateWriter : IStateWriter
{
    private readonly SqliteConnection connection;
    private readonly SqliteCommand begin;
    private readonly SqliteCommand commit;
    private readonly SqliteCommand read;
    private readonly SqliteCommand change;
    private readonly SqliteCommand record;

    public PlainStateWriter(string home, int number)
    {
        SQLitePCL.Batteries_V2.Init();
        connection = new SqliteConnection($"Data Source={Path.Combine(home, "agentworks.db")};Pooling=False");
        connection.Open();
        Command("PRAGMA busy_timeout = 20000; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON").ExecuteNonQuery();
        begin = Command("BEGIN IMMEDIATE");
        commit = Command("COMMIT");
        read = Command("SELECT * FROM vm WHERE name = $name", ("$name", $"vm{number}"));
        change = Command("UPDATE vm SET applied_hash = $value WHERE name = $name", ("$value", null), ("$name", $"vm{number}"));
        var sequence = Transaction(() => Command(
            """
            INSERT INTO operation (id, operation, kind, target_id, target_name, arguments, state, holder_pid, holder_start, holder_host, started)
            VALUES ($id, 'Initialize-AgwVm', 'VM', 'v', 'v', '{}', 'Open', 1, '', '', '') RETURNING sequence
            """,
            ("$id", Guid.NewGuid().ToString("N"))).ExecuteScalar());
        record = Command(
            """
            INSERT INTO operation_step (sequence, number, step, recorded)
            VALUES ($sequence, (SELECT ifnull(max(number), 0) + 1 FROM operation_step WHERE sequence = $sequence), $step, '2026-01-01T00:00:00.0000000Z')
            """,
            ("$sequence", sequence),
            ("$step", null));
    }

    public void ChangeRow(int round) => Transaction(() =>
    {
        using (var row = read.ExecuteReader())
        {
            row.Read();
        }

        change.Parameters[0].Value = round.ToString("x64", CultureInfo.InvariantCulture);
        return change.ExecuteNonQuery();
    });

    public void RecordStep(int round) => Transaction(() =>
    {
        record.Parameters[1].Value = string.Create(CultureInfo.InvariantCulture, $"install package {round}");
        return record.ExecuteNonQuery();
    });

    public void Dispose() => connection.Dispose();

    private T Transaction<T>(Func<T> work)
    {
        begin.ExecuteNonQuery();
        var result = work();
        commit.ExecuteNonQuery();
        return result;
    }

    private SqliteCommand Command(string sql, params (string Name, object? Value)[] values)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only constants come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }
}
