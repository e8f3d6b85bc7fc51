using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;

namespace Agentworks.State;

/// <summary>
/// The gate as two file locks, a queue and the gate itself: whoever holds the queue waits for the gate, and lets go of the queue once
/// inside. So a writer that comes back at once stands behind those who wait, and the kernel wakes exactly the next one.
/// </summary>
/// <remarks>
/// A file lock waits without limit. A thread of our own does that waiting, so that a holder that was suspended delays the others for
/// a bounded time only. Without contention no thread is made.
/// </remarks>
[UnsupportedOSPlatform("windows")]
internal sealed class UnixWriteGate : IWriteGate
{
    private readonly UnixFileLock queue;
    private readonly UnixFileLock gate;
    private readonly object sync = new();
    private readonly string self = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
    private Thread? waiter;
    private Wish wish;
    private bool queued;
    private bool disposed;

    public UnixWriteGate(string locks)
    {
        queue = UnixFileLock.Open(Path.Combine(locks, "state.queue"));
        gate = UnixFileLock.Open(Path.Combine(locks, "state.gate"));
    }

    /// <summary>What the caller wants of the waiting thread, and what became of it.</summary>
    private enum Wish
    {
        None,
        Waiting,
        Granted,
        Abandoned,
    }

    public string Holder => gate.ReadLine() is { Length: > 0 } pid ? "process " + pid : "another process";

    public bool TryEnter(TimeSpan timeout)
    {
        lock (sync)
        {
            if (wish == Wish.None && queue.TryLock())
            {
                if (gate.TryLock())
                {
                    queue.Release();
                    gate.WriteLine(self);
                    return true;
                }

                queued = true;
            }

            return Wait(timeout);
        }
    }

    public void Leave() => gate.Release();

    public void Dispose()
    {
        lock (sync)
        {
            disposed = true;
            if (waiter is null)
            {
                Close();
            }
            else
            {
                // The thread closes the files when it comes back from the kernel.
                Monitor.PulseAll(sync);
            }
        }
    }

    private bool Wait(TimeSpan timeout)
    {
        wish = Wish.Waiting;
        Monitor.PulseAll(sync);
        if (waiter is null)
        {
            waiter = new Thread(WaitInKernel) { IsBackground = true, Name = "agentworks state gate" };
            waiter.Start();
        }

        var since = Stopwatch.StartNew();
        while (wish == Wish.Waiting)
        {
            var left = timeout - since.Elapsed;
            if (left <= TimeSpan.Zero || !Monitor.Wait(sync, left))
            {
                if (wish == Wish.Waiting)
                {
                    wish = Wish.Abandoned;
                    return false;
                }
            }
        }

        wish = Wish.None;
        gate.WriteLine(self);
        return true;
    }

    private void WaitInKernel()
    {
        while (true)
        {
            lock (sync)
            {
                while (wish is Wish.None or Wish.Granted)
                {
                    if (disposed)
                    {
                        Close();
                        return;
                    }

                    Monitor.Wait(sync);
                }
            }

            if (!queued)
            {
                queue.Lock();
            }

            gate.Lock();
            queued = false;
            queue.Release();

            lock (sync)
            {
                if (wish == Wish.Waiting)
                {
                    wish = Wish.Granted;
                    Monitor.PulseAll(sync);
                }
                else
                {
                    // Nobody waits for it any more.
                    gate.Release();
                    wish = Wish.None;
                }
            }
        }
    }

    private void Close()
    {
        queue.Dispose();
        gate.Dispose();
    }
}
