using System.Text;
using System.Text.RegularExpressions;
using Agentworks.Errors;
using Agentworks.Model;

namespace Agentworks.Files;

/// <summary>Applies an edit to the bytes of a UTF-8 file; what is not edited stays byte for byte, with its mark and its line ends.</summary>
internal sealed class TextEdit
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly EditFile _edit;
    private readonly Regex? _regex;

    /// <exception cref="InvalidRequestException">There is nothing to look for, or it is no regular expression.</exception>
    public TextEdit(EditFile edit)
    {
        _edit = edit;
        if (edit.OldText.Length == 0)
        {
            throw new InvalidRequestException("There is no text to look for: -OldText is empty.");
        }

        try
        {
            _regex = edit.Regex ? new Regex(edit.OldText, RegexOptions.CultureInvariant, Patience) : null;
        }
        catch (ArgumentException e)
        {
            throw new InvalidRequestException($"-OldText is no regular expression: {e.Message}", e) { Target = edit.OldText };
        }
    }

    /// <returns>The new bytes, how often the text was found, and how often it was replaced.</returns>
    public (byte[] Bytes, int Matches, int Replacements) Apply(string path, byte[] bytes)
    {
        var text = Decode(path, bytes);
        var (result, matches) = _regex is null ? Replace(text) : ReplaceRegex(path, text);
        if (matches == 0)
        {
            throw new TextNotFoundException(path);
        }

        if (_edit.Unique && matches > 1)
        {
            throw new TextNotUniqueException(path, matches);
        }

        return (Strict.GetBytes(result), matches, _edit.All ? matches : 1);
    }

    // The mark at the beginning is a character like any other here, and so comes back as it was.
    private static string Decode(string path, byte[] bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new NotTextException(path);
        }
    }

    private (string Text, int Matches) Replace(string text)
    {
        var (oldText, newText) = (_edit.OldText, _edit.NewText);
        var matches = Count(text, oldText);
        var ends = LineEnds(text);
        if (matches == 0 && ends is not null && oldText.Contains('\n', StringComparison.Ordinal))
        {
            // The same lines, with the line ends that the file has.
            (oldText, newText) = (WithLineEnds(oldText, ends), WithLineEnds(newText, ends));
            matches = Count(text, oldText);
        }
        else if (ends == "\r\n" && !oldText.Contains('\n', StringComparison.Ordinal))
        {
            newText = WithLineEnds(newText, ends);
        }

        if (matches == 0)
        {
            return (text, 0);
        }

        if (_edit.All)
        {
            return (text.Replace(oldText, newText, StringComparison.Ordinal), matches);
        }

        var at = text.IndexOf(oldText, StringComparison.Ordinal);
        return (string.Concat(text.AsSpan(0, at), newText, text.AsSpan(at + oldText.Length)), matches);
    }

    private (string Text, int Matches) ReplaceRegex(string path, string text)
    {
        try
        {
            return (_regex!.Replace(text, _edit.NewText, _edit.All ? -1 : 1), _regex.Count(text));
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new InvalidRequestException($"The regular expression takes too long on '{TerminalText.EscapeLine(path)}'.", e) { Target = path };
        }
    }

    private static int Count(string text, string wanted)
    {
        var (count, at) = (0, 0);
        while ((at = text.IndexOf(wanted, at, StringComparison.Ordinal)) >= 0)
        {
            count++;
            at += wanted.Length;
        }

        return count;
    }

    /// <summary>The line end of all lines; null where there is none or they differ.</summary>
    private static string? LineEnds(string text)
    {
        var (feeds, pairs) = (Count(text, "\n"), Count(text, "\r\n"));
        return feeds == 0 ? null : pairs == 0 ? "\n" : pairs == feeds ? "\r\n" : null;
    }

    private static string WithLineEnds(string text, string ends) =>
        text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", ends, StringComparison.Ordinal);
}
