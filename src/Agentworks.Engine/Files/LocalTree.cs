using Agentworks.Errors;

namespace Agentworks.Files;

/// <summary>Looks at what is to be copied from this computer. Links are not followed below the thing that was named.</summary>
internal static class LocalTree
{
    /// <summary>A file, or a folder and all that is in it, folders before what is in them.</summary>
    /// <param name="onSkipped">Told of each thing that cannot be copied, and why.</param>
    /// <exception cref="LocalFileException">There is no such thing, or it cannot be looked at.</exception>
    public static List<LocalEntry> Read(string path, bool recurse, Action<string, string> onSkipped)
    {
        try
        {
            if (!Directory.Exists(path))
            {
                var file = new FileInfo(path);
                var real = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
                return real.Exists ? [new LocalEntry(path, string.Empty, false, IsRunnable(real), null, real.Length)]
                    : throw new FileNotFoundException("there is no such file or folder.");
            }

            if (!recurse)
            {
                throw new NotAFileException($"'{path}' is a folder.") { Target = path, Recommendation = "Add -Recurse to copy it with all that is in it." };
            }

            var entries = new List<LocalEntry> { new(path, string.Empty, true, false, null, 0) };
            Add(entries, new DirectoryInfo(path), string.Empty, onSkipped);
            return entries;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LocalFileException(path, e);
        }
    }

    private static void Add(List<LocalEntry> entries, DirectoryInfo folder, string name, Action<string, string> onSkipped)
    {
        FileSystemInfo[] inside;
        try
        {
            inside = folder.GetFileSystemInfos();
        }
        catch (Exception e) when ((e is IOException or UnauthorizedAccessException) && name.Length > 0)
        {
            onSkipped(folder.FullName, e.Message);
            return;
        }

        foreach (var one in inside.OrderBy(one => one.Name, StringComparer.Ordinal))
        {
            var its = name.Length == 0 ? one.Name : $"{name}/{one.Name}";
            if (one.LinkTarget is { } target)
            {
                target = target.Replace(Path.DirectorySeparatorChar, '/');
                if (LocalName.StaysInside(its, target))
                {
                    entries.Add(new LocalEntry(one.FullName, its, false, false, target, 0));
                }
                else
                {
                    onSkipped(one.FullName, "it is a link that leads out of what is copied");
                }
            }
            else if (one is DirectoryInfo inner)
            {
                entries.Add(new LocalEntry(one.FullName, its, true, false, null, 0));
                Add(entries, inner, its, onSkipped);
            }
            else
            {
                var file = (FileInfo)one;
                entries.Add(new LocalEntry(one.FullName, its, false, IsRunnable(file), null, file.Length));
            }
        }
    }

    private static bool IsRunnable(FileInfo file) => !OperatingSystem.IsWindows() && file.UnixFileMode.HasFlag(UnixFileMode.UserExecute);
}
