using System.Text;

namespace Agentworks.Files;

/// <summary>Small things about paths and text that cmdlets ask.</summary>
public static class FileNames
{
    /// <summary>Whether a path holds wildcards.</summary>
    public static bool IsPattern(string path) => FilePattern.IsPattern(path);

    /// <summary>A path without wildcards, without the backticks that keep characters from being wildcards.</summary>
    public static string Unescape(string path) => FilePattern.Unescape(path);

    /// <summary>Bytes as text, without a mark of the encoding.</summary>
    /// <param name="encoding">Null: what the file's first bytes say, else UTF-8.</param>
    public static string ToText(byte[] bytes, Encoding? encoding, FileHead head)
    {
        var (chosen, skip) = FileText.Choose(encoding, head.Start.Span, head.Offset);
        skip = Math.Min(skip, bytes.Length);
        return chosen.GetString(bytes, skip, bytes.Length - skip);
    }
}
