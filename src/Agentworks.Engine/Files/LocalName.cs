namespace Agentworks.Files;

/// <summary>Whether a name from a machine can be a name on this computer, and nothing but a name.</summary>
internal static class LocalName
{
    private static readonly HashSet<string> Devices = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$",
        "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "COM¹", "COM²", "COM³",
        "LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9", "LPT¹", "LPT²", "LPT³",
    };

    /// <summary>What is wrong with a relative path; null when nothing is.</summary>
    public static string? ProblemOfPath(string path, bool windows)
    {
        if (path.Length == 0 || path[0] == '/')
        {
            return path.Length == 0 ? "it has no name" : "it says where it lies by itself";
        }

        return path.Split('/').Select(name => Problem(name, windows)).FirstOrDefault(problem => problem is not null);
    }

    /// <summary>What is wrong with one name; null when nothing is.</summary>
    public static string? Problem(string name, bool windows)
    {
        if (name is "" or "." or "..")
        {
            return "it does not name a thing in a folder";
        }

        if (name.Contains('/', StringComparison.Ordinal) || name.Contains('\0', StringComparison.Ordinal))
        {
            return "it is no name";
        }

        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsHighSurrogate(name[i]) && i + 1 < name.Length && char.IsLowSurrogate(name[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(name[i]))
            {
                return "it holds bytes that are no text";
            }
        }

        if (!windows)
        {
            return null;
        }

        return name.Any(c => c < ' ' || c is '<' or '>' or ':' or '"' or '\\' or '|' or '?' or '*') ? "Windows knows no such name"
            : name[^1] is '.' or ' ' ? "Windows drops the end of it"
            : Devices.Contains(name.Split('.')[0].TrimEnd(' ')) ? "Windows has a device of that name"
            : null;
    }

    /// <summary>Whether a link at a relative path stays within the tree that it is in.</summary>
    public static bool StaysInside(string path, string target)
    {
        if (target.Length == 0 || target[0] == '/')
        {
            return false;
        }

        var depth = path.Split('/').Length - 1;
        foreach (var step in target.Split('/').Where(step => step.Length > 0 && step != "."))
        {
            depth += step == ".." ? -1 : 1;
            if (depth < 0)
            {
                return false;
            }
        }

        return true;
    }
}
