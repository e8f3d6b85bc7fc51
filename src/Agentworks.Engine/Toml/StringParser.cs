using System.Globalization;
using System.Text;

namespace Agentworks.Toml;

/// <summary>The four kinds of strings.</summary>
internal sealed class StringParser(TomlCursor cursor)
{
    private const string SimpleEscapes = "b\bt\tn\nf\fr\r\"\"\\\\";

    /// <summary>Reads the string that begins under the head.</summary>
    public string Parse(TomlPath path)
    {
        var quote = cursor.Current;
        var place = cursor.Place;
        if (cursor.Peek(1) == quote && cursor.Peek(2) == quote)
        {
            cursor.Advance(3);
            cursor.TryTakeLineEnd();
            return ParseLines(quote, path, place);
        }

        cursor.Advance();
        return ParseLine(quote, path, place);
    }

    private string ParseLine(char quote, TomlPath path, TomlPlace start)
    {
        var value = new StringBuilder();
        while (!cursor.TryTake(quote))
        {
            if (cursor.AtEnd || cursor.Current is '\n' or '\r')
            {
                throw cursor.Fail(path, start, $"the string is not closed: it ends at {cursor.Describe()}.");
            }

            TakeCharacter(quote, value, path);
        }

        return value.ToString();
    }

    private string ParseLines(char quote, TomlPath path, TomlPlace start)
    {
        var value = new StringBuilder();
        while (true)
        {
            if (cursor.AtEnd)
            {
                throw cursor.Fail(path, start, "the multi-line string is not closed.");
            }

            if (cursor.Current == quote)
            {
                var run = CountQuotes(quote);
                cursor.Advance(run);
                value.Append(quote, run >= 3 ? run - 3 : run);
                if (run >= 3)
                {
                    return value.ToString();
                }
            }
            else if (cursor.Current == '\r' && cursor.Peek(1) == '\n')
            {
                value.Append("\r\n");
                cursor.Advance(2);
            }
            else if (cursor.TryTake('\n'))
            {
                value.Append('\n');
            }
            else if (!(quote == '"' && TrySkipContinuation(path)))
            {
                TakeCharacter(quote, value, path);
            }
        }
    }

    /// <summary>Two quotes may stand directly before the closing three; more cannot belong to the string.</summary>
    private int CountQuotes(char quote)
    {
        var run = 1;
        while (run < 5 && cursor.Peek(run) == quote)
        {
            run++;
        }

        return run;
    }

    /// <summary>A backslash at the end of a line swallows all white space up to the next character.</summary>
    private bool TrySkipContinuation(TomlPath path)
    {
        if (cursor.Current != '\\' || cursor.Peek(1) is not (' ' or '\t' or '\n' or '\r'))
        {
            return false;
        }

        cursor.Advance();
        cursor.SkipBlanks();
        if (!cursor.TryTakeLineEnd())
        {
            throw cursor.Fail(path, $"only blanks may follow a backslash at the end of a line, not {cursor.Describe()}.");
        }

        do
        {
            cursor.SkipBlanks();
        }
        while (cursor.TryTakeLineEnd());
        return true;
    }

    private void TakeCharacter(char quote, StringBuilder value, TomlPath path)
    {
        if (quote == '"' && cursor.Current == '\\')
        {
            TakeEscape(value, path);
            return;
        }

        cursor.RejectControl(path, "a string; write it as an escape such as \\u0007");
        value.Append(cursor.Current);
        cursor.Advance();
    }

    private void TakeEscape(StringBuilder value, TomlPath path)
    {
        var place = cursor.Place;
        cursor.Advance();
        var simple = cursor.AtEnd ? -1 : IndexOfEscape(cursor.Current);
        if (simple >= 0)
        {
            value.Append(SimpleEscapes[simple + 1]);
            cursor.Advance();
            return;
        }

        var digits = cursor.Current switch { 'u' => 4, 'U' => 8, _ => 0 };
        if (digits == 0)
        {
            throw cursor.Fail(path, place, $"a backslash cannot be followed by {cursor.Describe()}; write \\\\ for a backslash.");
        }

        cursor.Advance();
        var code = 0u;
        for (var i = 0; i < digits; i++)
        {
            if (!char.IsAsciiHexDigit(cursor.Current))
            {
                throw cursor.Fail(path, place, $"the Unicode escape needs {digits} hexadecimal digits.");
            }

            code = (code << 4) | uint.Parse([cursor.Current], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            cursor.Advance();
        }

        value.Append(Rune.IsValid(code) ? new Rune(code).ToString() : throw cursor.Fail(path, place, $"U+{code:X4} is not a Unicode character."));
    }

    private static int IndexOfEscape(char c)
    {
        for (var i = 0; i < SimpleEscapes.Length; i += 2)
        {
            if (SimpleEscapes[i] == c)
            {
                return i;
            }
        }

        return -1;
    }
}
