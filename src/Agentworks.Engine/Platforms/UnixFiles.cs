namespace Agentworks.Platforms;

/// <summary>Folders and files with the modes of Unix, which only this driver's computers have.</summary>
internal static class UnixFiles
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode Public = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode PrivateFolder = OwnerOnly | UnixFileMode.UserExecute;

    /// <summary>A folder for root alone.</summary>
    public static void CreatePrivateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException();
        }

        Directory.CreateDirectory(path, PrivateFolder);
        File.SetUnixFileMode(path, PrivateFolder);
    }

    /// <summary>A folder that everyone may read, with those above it.</summary>
    public static void CreatePublicFolder(string path)
    {
        Directory.CreateDirectory(path);
        SetMode(path, PrivateFolder | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }

    /// <summary>Passage for everyone, a list for nobody but the owner.</summary>
    public static void AllowPassage(string path) =>
        SetMode(path, PrivateFolder | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);

    /// <summary>Unlike <see cref="File.Delete"/> it does not mind a missing folder.</summary>
    public static void DeleteIfThere(string path)
    {
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }

    /// <summary>Deletes a folder, unless it is not there or there is something in it.</summary>
    public static void DeleteIfEmpty(string folder)
    {
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
    }

    /// <summary>Writes by rename: what is there is whole, and never had another mode.</summary>
    public static void Write(string path, string text, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException();
        }

        var unfinished = path + ".new";
        File.Delete(unfinished);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly };
        using (var writer = new StreamWriter(unfinished, options))
        {
            writer.Write(text);
        }

        SetMode(unfinished, mode);
        File.Move(unfinished, path, overwrite: true);
    }

    /// <summary>A new file for its owner alone.</summary>
    public static FileStream CreateFile(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException();
        }

        return new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
    }

    /// <summary>A file of zeros for root alone, which takes no room yet.</summary>
    public static void WriteSparse(string path, long length)
    {
        File.Delete(path);
        using var file = CreateFile(path);
        file.SetLength(length);
    }

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException();
        }

        File.SetUnixFileMode(path, mode);
    }
}
