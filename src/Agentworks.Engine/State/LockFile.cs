using System.Text;
using Agentworks.State.Gate;

namespace Agentworks.State;

/// <summary>A file that is locked for as long as its holder lives and has not let go; its first line says who that is.</summary>
internal static class LockFile
{
    /// <summary>Null when another holds it.</summary>
    public static IDisposable? TryTake(string path, string holder)
    {
        if (OperatingSystem.IsWindows())
        {
            return TryTakeOnWindows(path, holder);
        }

        var file = UnixFileLock.Open(path);
        if (!file.TryLock())
        {
            file.Dispose();
            return null;
        }

        file.WriteLine(holder);
        return file;
    }

    public static string? ReadHolder(string path)
    {
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                using var file = UnixFileLock.Open(path);
                return file.ReadLine();
            }

            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            return reader.ReadLine();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static FileStream? TryTakeOnWindows(string path, string holder)
    {
        const int sharingViolation = unchecked((int)0x80070020);
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
            file.Write(Encoding.UTF8.GetBytes(holder + "\n"));
            file.Flush();
            return file;
        }
        catch (IOException e) when (e.HResult == sharingViolation)
        {
            return null;
        }
    }
}
