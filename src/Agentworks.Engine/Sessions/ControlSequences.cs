using System.Text;
using System.Text.RegularExpressions;

namespace Agentworks.Sessions;

/// <summary>
/// Takes out of a line what only a terminal understands (ECMA-48 control sequences and strings), and plays back the two controls that
/// change what a line says: a carriage return begins it anew, a backspace takes a character away.
/// </summary>
public static partial class ControlSequences
{
    public static string Remove(string line)
    {
        if (!line.Any(char.IsControl))
        {
            return line;
        }

        var text = new StringBuilder(line.Length);
        var restart = false;
        foreach (var c in Sequence().Replace(line, string.Empty))
        {
            if (c == '\r')
            {
                restart = true;
            }
            else if (c == '\b')
            {
                text.Length = Math.Max(0, text.Length - 1);
            }
            else if (!char.IsControl(c) || c == '\t')
            {
                if (restart)
                {
                    text.Clear();
                    restart = false;
                }

                text.Append(c);
            }
        }

        return text.ToString();
    }

    [GeneratedRegex(@"(\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)?|\x1b[PX^_][^\x1b]*(\x1b\\)?|\x1b[ -/]*[0-~]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sequence();
}
