using System.Globalization;
using Agentworks.Errors;
using Microsoft.Data.Sqlite;

namespace Agentworks.State;

/// <summary>Reads one row by column name. What cannot be what was written is reported as damage of the file.</summary>
internal sealed class RowReader(SqliteDataReader reader, StatePaths paths)
{
    public string Text(string column) => TextOrNull(column) ?? throw Damage(column);

    public string? TextOrNull(string column)
    {
        var value = reader.GetValue(reader.GetOrdinal(column));
        return value switch
        {
            DBNull => null,
            string text => text,
            _ => throw Damage(column),
        };
    }

    public int Number(string column) => NumberOrNull(column) ?? throw Damage(column);

    public int? NumberOrNull(string column)
    {
        var value = reader.GetValue(reader.GetOrdinal(column));
        return value switch
        {
            DBNull => null,
            long number when number is >= int.MinValue and <= int.MaxValue => (int)number,
            _ => throw Damage(column),
        };
    }

    public long Count(string column) => reader.GetValue(reader.GetOrdinal(column)) as long? ?? throw Damage(column);

    public double Real(string column) => reader.GetValue(reader.GetOrdinal(column)) switch
    {
        double number => number,
        long number => number,
        _ => throw Damage(column),
    };

    public bool Truth(string column) => Number(column) != 0;

    public T Name<T>(string column)
        where T : struct, Enum
    {
        var text = Text(column);
        return Enum.TryParse<T>(text, out var value) && value.ToString() == text ? value : throw Damage(column);
    }

    public DateTimeOffset Time(string column) => TimeOrNull(column) ?? throw Damage(column);

    public DateTimeOffset? TimeOrNull(string column)
    {
        var text = TextOrNull(column);
        return text is null ? null
            : StoredValue.TryTime(text, out var time) ? time
            : throw Damage(column);
    }

    private StateFileException Damage(string column) =>
        SqliteFailure.Damaged(paths, string.Create(CultureInfo.InvariantCulture, $"a record holds no sensible '{column}'."));
}
