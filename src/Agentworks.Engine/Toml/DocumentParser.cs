namespace Agentworks.Toml;

/// <summary>The lines of a document: headers, and keys with their values.</summary>
internal sealed class DocumentParser
{
    private readonly TomlCursor _cursor;
    private readonly KeyParser _keys;
    private readonly ValueParser _values;
    private readonly TableDraft _root = new(TomlPath.Root, new TomlPlace(1, 1), TableOrigin.Header);

    public DocumentParser(TomlCursor cursor)
    {
        var strings = new StringParser(cursor);
        _cursor = cursor;
        _keys = new KeyParser(cursor, strings);
        _values = new ValueParser(cursor, _keys, strings);
    }

    public TomlTable Parse()
    {
        var table = _root;
        while (true)
        {
            _cursor.SkipBlanksLinesAndComments(table.Path);
            if (_cursor.AtEnd)
            {
                return _root.Build();
            }

            if (_cursor.Current == '[')
            {
                table = ParseHeader();
            }
            else
            {
                _values.ParseKeyValue(table);
            }

            EndLine(table);
        }
    }

    private TableDraft ParseHeader()
    {
        _cursor.Advance();

        // The two brackets of an array of tables stand together: "[ [" is no header.
        var isElement = _cursor.TryTake('[');
        var parts = _keys.Parse(TomlPath.Root);
        var table = _root;
        foreach (var part in parts.Take(parts.Count - 1))
        {
            table = table.EnterHeader(part, _cursor);
        }

        var last = parts[^1];
        table = isElement ? table.DefineElement(last, _cursor) : table.Define(last, _cursor);
        if (table.Path.Depth > TomlReader.MaxDepth)
        {
            throw KeyParser.TooDeep(_cursor, table.Path, last.Place);
        }

        _cursor.Expect(']', table.Path, "after the name of the table");
        if (isElement)
        {
            _cursor.Expect(']', table.Path, "after the name of the array of tables");
        }

        return table;
    }

    private void EndLine(TableDraft table)
    {
        _cursor.SkipBlanks();
        _cursor.SkipComment(table.Path);
        if (!_cursor.AtEnd && !_cursor.TryTakeLineEnd())
        {
            throw _cursor.Fail(table.Path, $"expected the end of the line, but found {_cursor.Describe()}.");
        }
    }
}
