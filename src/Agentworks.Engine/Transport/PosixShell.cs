using Agentworks.Errors;

namespace Agentworks.Transport;

/// <summary>Words for a POSIX shell.</summary>
public static class PosixShell
{
    /// <summary>The text as one word that means exactly itself.</summary>
    /// <exception cref="InvalidRequestException">It holds a zero byte, which no argument can.</exception>
    public static string Quote(string text) =>
        text.Contains('\0', StringComparison.Ordinal)
            ? throw new InvalidRequestException("A shell argument cannot hold a zero byte.")
            : "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    /// <summary>Each text as one word, with blanks between.</summary>
    public static string QuoteAll(IEnumerable<string> texts) => string.Join(' ', texts.Select(Quote));
}
