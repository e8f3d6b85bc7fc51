using System.Diagnostics;
using Agentworks.Events;

namespace Agentworks.Tests.CrashHost;

/// <summary>
/// Kills this process at the n-th step; steps count from 1, and 0 never comes. -1: amid the work, once it says how far it is. With a delay, in what
/// follows the step, wherever that is by then.
/// </summary>
public sealed class DyingSink(int step, TimeSpan delay) : IEventSink
{
    private int _seen;

    public void Report(EngineEvent engineEvent)
    {
        if ((engineEvent is JournalEvent && Interlocked.Increment(ref _seen) == step) || (step < 0 && engineEvent is ProgressEvent { Percent: > 0 }))
        {
            if (delay == TimeSpan.Zero)
            {
                Die();
            }

            new Thread(() =>
            {
                Thread.Sleep(delay);
                Die();
            }).Start();
        }
    }

    private static void Die() => Process.GetCurrentProcess().Kill();
}
