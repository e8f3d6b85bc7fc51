using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Agentworks.State.Gate;

/// <summary>
/// An advisory lock on a file (flock). It belongs to the open file, so two in one process exclude each other, and the kernel takes
/// it back the moment its holder dies. The framework's own file locks cannot wait and cannot be read while held.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed partial class UnixFileLock : IDisposable
{
    private const int Exclusive = 2, NonBlocking = 4, Unlock = 8;
    private const int Interrupted = 4;
    private readonly SafeFileHandle handle;

    private UnixFileLock(SafeFileHandle handle) => this.handle = handle;

    /// <summary>Opens the lock file, and makes it, private, when it is not there. Takes no lock.</summary>
    public static UnixFileLock Open(string path) => new(OpenPrivate(path));

    /// <summary>A handle that no lock of the framework's is on.</summary>
    public static SafeFileHandle OpenPrivate(string path)
    {
        while (true)
        {
            const int readWrite = 2;
            var closeOnExec = OperatingSystem.IsLinux() ? 0x80000 : OperatingSystem.IsFreeBSD() ? 0x100000 : 0x1000000;
            var descriptor = OpenFile(path, readWrite | closeOnExec);
            if (descriptor >= 0)
            {
                return new SafeFileHandle(descriptor, ownsHandle: true);
            }

            if (File.Exists(path))
            {
                throw new UnauthorizedAccessException($"The lock file '{path}' cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}.");
            }

            try
            {
                new FileStream(path, new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }).Dispose();
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another process made it first.
            }
        }
    }

    public bool TryLock() => Call(Exclusive | NonBlocking);

    /// <summary>Waits for as long as it takes.</summary>
    public bool Lock() => Call(Exclusive);

    public void Release() => Call(Unlock);

    /// <summary>What the holder wrote; readable while it holds the lock.</summary>
    public string ReadLine()
    {
        var buffer = new byte[512];
        var text = Encoding.UTF8.GetString(buffer, 0, RandomAccess.Read(handle, buffer, 0));
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        return end < 0 ? text : text[..end];
    }

    /// <summary>For whoever meets the lock held. What a longer line before left behind stays after the line's end.</summary>
    public void WriteLine(string text) => RandomAccess.Write(handle, Encoding.UTF8.GetBytes(text + "\n"), 0);

    public void Dispose() => handle.Dispose();

    private bool Call(int operation)
    {
        while (true)
        {
            if (Flock(handle, operation) == 0)
            {
                return true;
            }

            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                return false;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Flock(SafeFileHandle handle, int operation);
}
