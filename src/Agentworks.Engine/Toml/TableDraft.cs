using Agentworks.Errors;

namespace Agentworks.Toml;

/// <summary>A table while the document is being read. It keeps the rules of what may be defined, and added to, twice.</summary>
internal sealed class TableDraft(TomlPath path, TomlPlace place, TableOrigin origin) : Draft
{
    private readonly Dictionary<string, (KeyPart Key, Draft Content)> _byKey = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private TableOrigin _origin = origin;
    private TomlPlace _place = place;

    public TomlPath Path { get; } = path;

    public T Add<T>(KeyPart key, T content)
        where T : Draft
    {
        _byKey.Add(key.Name, (key, content));
        _order.Add(key.Name);
        return content;
    }

    public void RejectDuplicate(KeyPart key, TomlCursor cursor)
    {
        if (_byKey.TryGetValue(key.Name, out var existing))
        {
            throw Taken(key, existing.Key, cursor);
        }
    }

    /// <summary>The table that a dotted key steps into, made when it is not there.</summary>
    public TableDraft EnterDotted(KeyPart key, TomlCursor cursor)
    {
        if (!_byKey.TryGetValue(key.Name, out var existing))
        {
            return Add(key, new TableDraft(Path.Child(key.Name), key.Place, TableOrigin.Dotted));
        }

        return existing.Content is TableDraft { _origin: TableOrigin.Dotted } table ? table : throw Closed(key, existing.Key, cursor);
    }

    /// <summary>The table that a header passes through on its way to the last name.</summary>
    public TableDraft EnterHeader(KeyPart key, TomlCursor cursor)
    {
        if (!_byKey.TryGetValue(key.Name, out var existing))
        {
            return Add(key, new TableDraft(Path.Child(key.Name), key.Place, TableOrigin.Implied));
        }

        return existing.Content switch
        {
            TableDraft table => table,
            TableArrayDraft array => array.Last,
            _ => throw Closed(key, existing.Key, cursor),
        };
    }

    /// <summary>The table of <c>[key]</c>.</summary>
    public TableDraft Define(KeyPart key, TomlCursor cursor)
    {
        if (!_byKey.TryGetValue(key.Name, out var existing))
        {
            return Add(key, new TableDraft(Path.Child(key.Name), key.Place, TableOrigin.Header));
        }

        if (existing.Content is not TableDraft { _origin: TableOrigin.Implied } table)
        {
            throw Taken(key, existing.Key, cursor);
        }

        table._origin = TableOrigin.Header;
        table._place = key.Place;
        return table;
    }

    /// <summary>A new table of <c>[[key]]</c>.</summary>
    public TableDraft DefineElement(KeyPart key, TomlCursor cursor)
    {
        if (!_byKey.TryGetValue(key.Name, out var existing))
        {
            return Add(key, new TableArrayDraft(Path.Child(key.Name), key.Place)).Append(key.Place);
        }

        return existing.Content is TableArrayDraft array ? array.Append(key.Place) : throw Taken(key, existing.Key, cursor);
    }

    public override TomlTable Build()
        => new(Path, _place, _order.ConvertAll(name => new TomlEntry(name, _byKey[name].Key.Place, _byKey[name].Content.Build())));

    private ConfigException Taken(KeyPart key, KeyPart existing, TomlCursor cursor)
        => cursor.Fail(Path.Child(key.Name), key.Place, $"it is already defined at line {existing.Place.Line}, column {existing.Place.Column}.");

    private ConfigException Closed(KeyPart key, KeyPart existing, TomlCursor cursor)
        => cursor.Fail(Path.Child(key.Name), key.Place, $"nothing can be added here to what line {existing.Place.Line}, column {existing.Place.Column} defines.");
}
