namespace Agentworks.Toml;

/// <summary>An array of tables, which grows with every double-bracketed header.</summary>
internal sealed class TableArrayDraft(TomlPath path, TomlPlace place) : Draft
{
    private readonly List<TableDraft> _tables = [];

    public TableDraft Last => _tables[^1];

    public TableDraft Append(TomlPlace tablePlace)
    {
        _tables.Add(new TableDraft(path.Child(_tables.Count), tablePlace, TableOrigin.Header));
        return Last;
    }

    public override TomlArray Build() => new(path, place, _tables.ConvertAll(TomlNode (t) => t.Build()));
}
