using System.Globalization;
using System.Runtime.Versioning;

namespace Agentworks.State.Gate;

/// <summary>
/// A nearly fair lock for every Unix, made of two file locks: whoever holds the queue waits for the gate, and lets go of the
/// queue once inside, so that one that comes back stands behind whoever already waits.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class PairLock(string path) : IQueueLock
{
    private readonly UnixFileLock queue = UnixFileLock.Open(path + ".queue");
    private readonly UnixFileLock gate = UnixFileLock.Open(path);
    private readonly string self = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
    private bool isNext;

    public string Holder => gate.ReadLine();

    public bool Join()
    {
        isNext = queue.TryLock();
        return isNext && gate.TryLock() && Enter();
    }

    public void Wait()
    {
        if (!isNext)
        {
            queue.Lock();
        }

        gate.Lock();
        Enter();
    }

    public void Leave() => gate.Release();

    public void Dispose()
    {
        queue.Dispose();
        gate.Dispose();
    }

    private bool Enter()
    {
        queue.Release();
        gate.WriteLine(self);
        return true;
    }
}
