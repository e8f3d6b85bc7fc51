using System.Globalization;
using Agentworks.Errors;

namespace Agentworks.Toml;

/// <summary>A reading head over the text that knows its line and column.</summary>
internal sealed class TomlCursor(string file, string text)
{
    private int _offset;
    private int _line = 1;
    private int _column = 1;

    public bool AtEnd => _offset >= text.Length;

    /// <summary>The character under the head; NUL, which no document may contain, at the end.</summary>
    public char Current => Peek(0);

    public TomlPlace Place => new(_line, _column);

    public static bool IsBareKey(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';

    public char Peek(int ahead) => _offset + ahead < text.Length ? text[_offset + ahead] : '\0';

    public void Advance(int count = 1)
    {
        for (var end = Math.Min(_offset + count, text.Length); _offset < end; _offset++)
        {
            if (text[_offset] == '\n')
            {
                _line++;
                _column = 1;
            }
            else if (!char.IsLowSurrogate(text[_offset]))
            {
                _column++;
            }
        }
    }

    public bool TryTake(char wanted)
    {
        if (AtEnd || Current != wanted)
        {
            return false;
        }

        Advance();
        return true;
    }

    public void Expect(char wanted, TomlPath path, string where)
    {
        if (!TryTake(wanted))
        {
            throw Fail(path, $"expected '{wanted}' {where}, but found {Describe()}.");
        }
    }

    public string TakeWhile(Func<char, bool> wanted)
    {
        var length = 0;
        while (_offset + length < text.Length && wanted(text[_offset + length]))
        {
            length++;
        }

        var taken = text.Substring(_offset, length);
        Advance(length);
        return taken;
    }

    public void SkipBlanks()
    {
        while (Current is ' ' or '\t')
        {
            Advance();
        }
    }

    /// <summary>Takes a line feed, or carriage return and line feed; a carriage return alone is no line end.</summary>
    public bool TryTakeLineEnd()
    {
        if (Current == '\n')
        {
            Advance();
            return true;
        }

        if (Current == '\r' && Peek(1) == '\n')
        {
            Advance(2);
            return true;
        }

        return false;
    }

    public void SkipComment(TomlPath path)
    {
        if (!TryTake('#'))
        {
            return;
        }

        while (!AtEnd && Current != '\n' && !(Current == '\r' && Peek(1) == '\n'))
        {
            RejectControl(path, "a comment");
            Advance();
        }
    }

    /// <summary>Everything that may stand between the elements of an array: blanks, line ends and comments.</summary>
    public void SkipBlanksLinesAndComments(TomlPath path)
    {
        do
        {
            SkipBlanks();
            SkipComment(path);
        }
        while (TryTakeLineEnd());
    }

    /// <summary>Control characters other than the tab may stand nowhere, as they are.</summary>
    public void RejectControl(TomlPath path, string where)
    {
        if (Current is < ' ' and not '\t' or '\u007F')
        {
            throw Fail(path, $"{Describe()} is not allowed in {where}.");
        }
    }

    public ConfigException Fail(TomlPath path, string problem) => Fail(path, Place, problem);

    public ConfigException Fail(TomlPath path, TomlPlace place, string problem)
        => new(file, place.Line, place.Column, path.Depth == 0 ? null : path.ToString(), problem) { Target = file };

    /// <summary>What stands under the head, in words that are safe to print.</summary>
    public string Describe() => Current switch
    {
        _ when AtEnd => "the end of the file",
        '\n' => "the end of the line",
        '\r' when Peek(1) == '\n' => "the end of the line",
        '\r' => "a carriage return without a line feed",
        '\'' => "a single quote",
        var c when char.IsHighSurrogate(c) => $"'{text.Substring(_offset, 2)}'",
        var c when char.IsControl(c) => "the control character U+" + ((int)c).ToString("X4", CultureInfo.InvariantCulture),
        var c => $"'{c}'",
    };
}
