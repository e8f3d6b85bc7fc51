using Agentworks.Errors;
using Microsoft.Data.Sqlite;

namespace Agentworks.State.Tables;

/// <summary>The mapping between one kind of row and its table. The first column is the id, the second the name.</summary>
internal sealed class Table<TRow>
    where TRow : class
{
    private readonly string table;
    private readonly string kind;
    private readonly (string Column, Func<TRow, object?> Value)[] columns;
    private readonly Func<RowReader, TRow> read;
    private readonly DerivedColumn? derived;
    private readonly string select;
    private readonly string insert;

    /// <param name="table">Name of the table.</param>
    /// <param name="kind">What its rows are called in messages.</param>
    /// <param name="columns">Each column and what it holds.</param>
    /// <param name="read">Makes the row again.</param>
    /// <param name="derived">A column that the database works out from another.</param>
    public Table(
        string table,
        string kind,
        (string Column, Func<TRow, object?> Value)[] columns,
        Func<RowReader, TRow> read,
        DerivedColumn? derived = null)
    {
        this.table = table;
        this.kind = kind;
        this.columns = columns;
        this.read = read;
        this.derived = derived;

        var names = columns.Select(column => column.Column).ToList();
        var values = names.Select((_, i) => "$" + (i + 1)).ToList();
        select = $"SELECT {string.Join(", ", names)} FROM {table}";
        if (derived is not null)
        {
            values.Add(derived.Expression(values[names.IndexOf(derived.Source)]));
            names.Add(derived.Column);
        }

        insert = $"INSERT INTO {table} ({string.Join(", ", names)}) VALUES ({string.Join(", ", values)})";
    }

    public TRow? Find(Database database, string column, string value) =>
        database.Query($"{select} WHERE {column} = $1", read, value).FirstOrDefault();

    /// <summary>All rows, or those that equal every value given; by name.</summary>
    public List<TRow> List(Database database, params (string Column, string? Value)[] filters)
    {
        var used = filters.Where(filter => filter.Value is not null).ToArray();
        var where = used.Length == 0
            ? string.Empty
            : " WHERE " + string.Join(" AND ", used.Select((filter, i) => $"{filter.Column} = ${i + 1}"));
        return database.Query($"{select}{where} ORDER BY name", read, [.. used.Select(filter => (object?)filter.Value)]);
    }

    /// <summary>The next rows by name, so that a long list need not be in memory at once.</summary>
    public List<TRow> Page(Database database, string after, int count) =>
        database.Query($"{select} WHERE name > $1 ORDER BY name LIMIT $2", read, after, count);

    public void Insert(Database database, TRow row) => Put(database, row, insert, [.. columns.Select(column => column.Value(row))]);

    /// <summary>Writes only what differs, so that an unchanged index costs nothing.</summary>
    /// <exception cref="NotFoundException">The row is gone.</exception>
    public void Update(Database database, TRow row)
    {
        var id = columns[0].Value(row);
        var current = Find(database, columns[0].Column, (string)id!);
        if (current is null)
        {
            var name = (string)columns[1].Value(row)!;
            throw new NotFoundException(kind, name) { Target = name, Recommendation = "It was removed meanwhile; look at what is there and try again." };
        }

        var values = new List<object?> { id };
        var sets = new List<string>();
        foreach (var (column, value) in columns.Where(column => !Equals(column.Value(current), column.Value(row))))
        {
            values.Add(value(row));
            sets.Add($"{column} = ${values.Count}");
            if (column == derived?.Source)
            {
                sets.Add($"{derived.Column} = {derived.Expression("$" + values.Count)}");
            }
        }

        if (sets.Count > 0)
        {
            Put(database, row, $"UPDATE {table} SET {string.Join(", ", sets)} WHERE id = $1", values);
        }
    }

    public bool Delete(Database database, string id) => database.Execute($"DELETE FROM {table} WHERE id = $1", id) > 0;

    private void Put(Database database, TRow row, string sql, List<object?> values)
    {
        try
        {
            database.Execute(sql, [.. values]);
        }
        catch (SqliteException e) when (SqliteFailure.IsConstraint(e))
        {
            throw Explain(database, row, e);
        }
    }

    private AgentworksException Explain(Database database, TRow row, SqliteException e)
    {
        var name = columns[1].Value(row)!.ToString()!;
        if (Find(database, "name", name) is { } other && !Equals(columns[0].Value(other), columns[0].Value(row)))
        {
            return new AlreadyExistsException(kind, name) { Target = name, Recommendation = "Choose another name, or remove the other one first." };
        }

        return new StateWriteException($"The record of {kind} '{name}' does not fit the others: {e.Message}", e)
        {
            Target = name,
            Recommendation = "What it belongs to may have been removed meanwhile; look at what is there and try again.",
        };
    }
}
