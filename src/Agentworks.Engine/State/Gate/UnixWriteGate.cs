using System.Diagnostics;

namespace Agentworks.State.Gate;

/// <summary>
/// The gate over a lock that waits in the kernel without limit. When it must wait, a thread of its own waits and then does the work, so
/// that a holder that was suspended delays us for a bounded time only, and no time inside is lost in waking another thread. Without
/// contention the caller does the work itself, and no thread is made.
/// </summary>
internal sealed class UnixWriteGate(IQueueLock queue) : IWriteGate
{
    private readonly object sync = new();
    private Thread? waiter;
    private Stage stage;
    private Action? wanted;
    private bool disposed;

    private enum Stage
    {
        /// <summary>Nothing is wanted, and we are not in the queue.</summary>
        Idle,

        /// <summary>In the queue; the work is done when inside.</summary>
        Waiting,

        /// <summary>In the queue, but nobody wants the work any more.</summary>
        Abandoned,
        Working,
        Done,
    }

    public string Holder => queue.Holder is { Length: > 0 } pid ? "process " + pid : "another process";

    public bool TryRun(Action work, TimeSpan timeout)
    {
        lock (sync)
        {
            if (stage != Stage.Idle || !queue.Join())
            {
                return Delegate(work, timeout);
            }
        }

        try
        {
            work();
            return true;
        }
        finally
        {
            queue.Leave();
        }
    }

    public void Dispose()
    {
        lock (sync)
        {
            disposed = true;
            if (waiter is null)
            {
                queue.Dispose();
            }
            else
            {
                // The thread does it when it comes back from the kernel.
                Monitor.PulseAll(sync);
            }
        }
    }

    private bool Delegate(Action work, TimeSpan timeout)
    {
        Exception? failure = null;
        wanted = () =>
        {
            try
            {
                work();
            }
            catch (Exception e)
            {
                failure = e;
            }
        };
        stage = Stage.Waiting;
        Monitor.PulseAll(sync);
        if (waiter is null)
        {
            waiter = new Thread(WaitAndWork) { IsBackground = true, Name = "agentworks state gate" };
            waiter.Start();
        }

        var since = Stopwatch.StartNew();
        while (stage == Stage.Waiting)
        {
            var left = timeout - since.Elapsed;
            if (left <= TimeSpan.Zero)
            {
                stage = Stage.Abandoned;
                return false;
            }

            Monitor.Wait(sync, left);
        }

        while (stage == Stage.Working)
        {
            Monitor.Wait(sync);
        }

        stage = Stage.Idle;
        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }

        return true;
    }

    private void WaitAndWork()
    {
        while (true)
        {
            lock (sync)
            {
                while (stage is Stage.Idle or Stage.Done)
                {
                    if (disposed)
                    {
                        queue.Dispose();
                        return;
                    }

                    Monitor.Wait(sync);
                }
            }

            queue.Wait();

            if (StartWork() is { } work)
            {
                work();
                queue.Leave();
                lock (sync)
                {
                    stage = Stage.Done;
                    Monitor.PulseAll(sync);
                }
            }
        }
    }

    private Action? StartWork()
    {
        lock (sync)
        {
            if (stage == Stage.Abandoned)
            {
                queue.Leave();
                stage = Stage.Idle;
                return null;
            }

            stage = Stage.Working;
            return wanted;
        }
    }
}
