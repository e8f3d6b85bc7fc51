using Agentworks.Errors;

namespace Agentworks.Files;

/// <summary>Where a path of this computer really leads.</summary>
internal static class LocalPlace
{
    private const int MostLinks = 40;

    /// <summary>An absolute path without links; what is not there yet is as it is written.</summary>
    public static string Real(string path)
    {
        path = Path.GetFullPath(path);
        var root = Path.GetPathRoot(path)!;
        var steps = new Stack<string>(Steps(path[root.Length..]).Reverse());
        var (current, links) = (root, 0);
        while (steps.TryPop(out var step))
        {
            if (step == "..")
            {
                current = Path.GetDirectoryName(current) ?? current;
                continue;
            }

            var next = Path.Combine(current, step);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                current = next;
                continue;
            }

            if (++links > MostLinks)
            {
                throw new LocalFileException(path, new IOException("there are too many links on the way."));
            }

            if (Path.IsPathRooted(target))
            {
                current = Path.GetPathRoot(Path.GetFullPath(target))!;
                target = Path.GetFullPath(target)[current.Length..];
            }

            foreach (var one in Steps(target).Reverse())
            {
                steps.Push(one);
            }
        }

        return current;
    }

    /// <exception cref="TransferRefusedException">It leads out of the root.</exception>
    public static void RequireInside(string path, string? root)
    {
        if (root is null)
        {
            return;
        }

        var compare = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        var (real, top) = (Real(path), Path.TrimEndingDirectorySeparator(Real(root)));
        if (!real.Equals(top, compare) && !real.StartsWith(Path.EndsInDirectorySeparator(top) ? top : top + Path.DirectorySeparatorChar, compare))
        {
            throw new TransferRefusedException(path, root);
        }
    }

    private static IEnumerable<string> Steps(string path) =>
        path.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar).Where(step => step.Length > 0 && step != ".");
}
