using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Agentworks.State.Gate;

/// <summary>
/// A strictly fair lock on 64-bit Linux, made of locks on bytes of one file (open file description locks). Each comer draws the next number
/// and locks the byte of that number until it leaves; then it waits for the byte of the number before its own. So the kernel wakes
/// exactly the next in line, and one that comes back at once stands at the end, however slowly the next one wakes up.
/// </summary>
/// <remarks>
/// The file begins with the next number. A process that dies in the queue frees its byte early; whoever stood behind it then waits
/// for the byte <see cref="Inside"/>, so that there is never more than one inside.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed partial class TicketLock(string path) : IQueueLock
{
    private const long Counter = 0, Inside = 8, FirstTicket = 16;
    private const int TryLockCommand = 37, LockCommand = 38;
    private const short Exclusive = 1, Unlocked = 2;
    private const int Interrupted = 4;

    private readonly SafeFileHandle handle = UnixFileLock.OpenPrivate(path);
    private readonly byte[] number = new byte[16];
    private long ticket;
    private bool drawn;
    private bool isNext;

    public string Holder
    {
        get
        {
            var bytes = new byte[16];
            return RandomAccess.Read(handle, bytes, 0) == bytes.Length
                ? BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8)).ToString(CultureInfo.InvariantCulture)
                : string.Empty;
        }
    }

    public bool Join()
    {
        drawn = Call(TryLockCommand, Exclusive, Counter, 1);
        if (!drawn)
        {
            return false;
        }

        Draw();
        isNext = Call(TryLockCommand, Exclusive, ticket - 1, 1);
        return isNext && Call(TryLockCommand, Exclusive, Inside, 1) && SayWho();
    }

    public void Wait()
    {
        if (!drawn)
        {
            Call(LockCommand, Exclusive, Counter, 1);
            Draw();
        }

        if (!isNext)
        {
            Call(LockCommand, Exclusive, ticket - 1, 1);
        }

        Call(LockCommand, Exclusive, Inside, 1);
        SayWho();
    }

    public void Leave()
    {
        Call(LockCommand, Unlocked, Inside, 1);
        Call(LockCommand, Unlocked, ticket - 1, 2);
    }

    public void Dispose() => handle.Dispose();

    /// <summary>Takes the next number, and lets go of the counter.</summary>
    private void Draw()
    {
        number.AsSpan().Clear();
        RandomAccess.Read(handle, number.AsSpan(0, 8), Counter);

        // Whatever a damaged file may hold is brought back into the range of offsets.
        ticket = FirstTicket + 1 + (BinaryPrimitives.ReadInt64LittleEndian(number) & (long.MaxValue >> 2));
        BinaryPrimitives.WriteInt64LittleEndian(number, ticket - FirstTicket);
        RandomAccess.Write(handle, number.AsSpan(0, 8), Counter);
        Call(LockCommand, Exclusive, ticket, 1);
        Call(LockCommand, Unlocked, Counter, 1);
        isNext = false;
    }

    private bool SayWho()
    {
        BinaryPrimitives.WriteInt64LittleEndian(number.AsSpan(8), Environment.ProcessId);
        RandomAccess.Write(handle, number.AsSpan(8), 8);
        return true;
    }

    private bool Call(int command, short type, long start, long length)
    {
        var request = new Range { Type = type, Start = start, Length = length };
        while (FileControl(handle, command, ref request) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                return false;
            }
        }

        return true;
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int FileControl(SafeFileHandle handle, int command, ref Range range);

    /// <summary>struct flock of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Range
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Pid;
    }
}
