using Agentworks.Errors;

namespace Agentworks.Toml;

/// <summary>Keys: bare, quoted, dotted.</summary>
internal sealed class KeyParser(TomlCursor cursor, StringParser strings)
{
    /// <summary>Reads a key and the blanks after it.</summary>
    public IReadOnlyList<KeyPart> Parse(TomlPath table)
    {
        var parts = new List<KeyPart>();
        var path = table;
        do
        {
            cursor.SkipBlanks();
            var part = ParsePart(path);
            path = path.Child(part.Name);
            if (path.Depth > TomlReader.MaxDepth)
            {
                throw TooDeep(cursor, table, part.Place);
            }

            parts.Add(part);
            cursor.SkipBlanks();
        }
        while (cursor.TryTake('.'));
        return parts;
    }

    public static ConfigException TooDeep(TomlCursor cursor, TomlPath path, TomlPlace place)
        => cursor.Fail(path, place, $"the document nests deeper than {TomlReader.MaxDepth} levels.");

    private KeyPart ParsePart(TomlPath path)
    {
        var place = cursor.Place;
        if (cursor.Current is '"' or '\'')
        {
            var quote = cursor.Current;
            return cursor.Peek(1) == quote && cursor.Peek(2) == quote
                ? throw cursor.Fail(path, "a multi-line string cannot be a key.")
                : new KeyPart(strings.Parse(path), place);
        }

        var name = cursor.TakeWhile(TomlCursor.IsBareKey);
        if (name.Length == 0)
        {
            throw cursor.Fail(path, $"expected a key, but found {cursor.Describe()}.");
        }

        return new KeyPart(name, place);
    }
}
