using Agentworks.Errors;

namespace Agentworks.Toml;

/// <summary>What stands to the right of an equals sign.</summary>
internal sealed class ValueParser(TomlCursor cursor, KeyParser keys, StringParser strings)
{
    private const int LongestShownToken = 40;

    public TomlNode Parse(TomlPath path)
    {
        if (path.Depth > TomlReader.MaxDepth)
        {
            throw KeyParser.TooDeep(cursor, path, cursor.Place);
        }

        var place = cursor.Place;
        return cursor.Current switch
        {
            '"' or '\'' => new TomlScalar<string>(path, place, strings.Parse(path)),
            '[' => ParseArray(path, place),
            '{' => ParseInlineTable(path, place),
            _ => ParseToken(path, place),
        };
    }

    /// <summary>Reads <c>key = value</c> into a table.</summary>
    public void ParseKeyValue(TableDraft table)
    {
        var parts = keys.Parse(table.Path);
        var owner = table;
        foreach (var part in parts.Take(parts.Count - 1))
        {
            owner = owner.EnterDotted(part, cursor);
        }

        var last = parts[^1];
        owner.RejectDuplicate(last, cursor);
        var path = owner.Path.Child(last.Name);
        cursor.Expect('=', path, "after the key");
        cursor.SkipBlanks();
        owner.Add(last, new ValueDraft(Parse(path)));
    }

    private TomlArray ParseArray(TomlPath path, TomlPlace place)
    {
        cursor.Advance();
        var items = new List<TomlNode>();
        while (true)
        {
            cursor.SkipBlanksLinesAndComments(path);
            if (cursor.TryTake(']'))
            {
                return new TomlArray(path, place, items);
            }

            items.Add(Parse(path.Child(items.Count)));
            cursor.SkipBlanksLinesAndComments(path);
            if (!cursor.TryTake(',') && cursor.Current != ']')
            {
                throw Unclosed(path, place, "array", ']');
            }
        }
    }

    private TomlTable ParseInlineTable(TomlPath path, TomlPlace place)
    {
        cursor.Advance();
        var table = new TableDraft(path, place, TableOrigin.Dotted);
        cursor.SkipBlanks();
        if (cursor.TryTake('}'))
        {
            return table.Build();
        }

        while (true)
        {
            ParseKeyValue(table);
            cursor.SkipBlanks();
            if (cursor.TryTake('}'))
            {
                return table.Build();
            }

            if (!cursor.TryTake(','))
            {
                throw Unclosed(path, place, "inline table", '}');
            }

            cursor.SkipBlanks();
            if (cursor.Current == '}')
            {
                throw cursor.Fail(path, "an inline table cannot end with a comma.");
            }
        }
    }

    private TomlNode ParseToken(TomlPath path, TomlPlace place)
    {
        var token = cursor.TakeWhile(IsTokenCharacter);
        if (token.Length == 0)
        {
            throw cursor.Fail(path, place, $"expected a value, but found {cursor.Describe()}.");
        }

        if (token is "true" or "false")
        {
            return new TomlScalar<bool>(path, place, token == "true");
        }

        string problem;
        if (DateTimeParser.LooksLikeDateTime(token))
        {
            if (DateTimeParser.IsDate(token) && cursor.Current == ' ' && char.IsAsciiDigit(cursor.Peek(1)))
            {
                cursor.Advance();
                token += " " + cursor.TakeWhile(IsTokenCharacter);
            }

            if (DateTimeParser.Parse(token, out problem) is { } moment)
            {
                return new TomlScalar<TomlDateTime>(path, place, moment);
            }
        }
        else
        {
            switch (NumberParser.Parse(token, out problem))
            {
                case long whole:
                    return new TomlScalar<long>(path, place, whole);
                case double number:
                    return new TomlScalar<double>(path, place, number);
            }
        }

        var shown = token.Length > LongestShownToken ? token[..LongestShownToken] + "…" : token;
        throw cursor.Fail(path, place, $"'{shown}' {problem}");
    }

    private ConfigException Unclosed(TomlPath path, TomlPlace place, string what, char close) => cursor.AtEnd
        ? cursor.Fail(path, place, $"the {what} is not closed.")
        : cursor.Fail(path, $"expected ',' or '{close}' in the {what}, but found {cursor.Describe()}.");

    private static bool IsTokenCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '_' or '.' or ':';
}
