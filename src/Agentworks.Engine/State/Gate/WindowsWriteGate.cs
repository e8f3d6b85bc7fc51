using System.Security.Cryptography;
using System.Text;

namespace Agentworks.State.Gate;

/// <summary>The gate as a named mutex: Windows queues its waiters and gives it up when the holder dies.</summary>
internal sealed class WindowsWriteGate(string home) : IWriteGate
{
    private readonly Mutex mutex = new(
        initiallyOwned: false,
        @"Global\agentworks-" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(home).ToUpperInvariant()))));

    public string Holder => "another process";

    public bool TryRun(Action work, TimeSpan timeout)
    {
        try
        {
            if (!mutex.WaitOne(timeout))
            {
                return false;
            }
        }
        catch (AbandonedMutexException)
        {
            // The holder died; SQLite undoes what it left, and the gate is ours.
        }

        try
        {
            work();
            return true;
        }
        finally
        {
            mutex.ReleaseMutex();
        }
    }

    public void Dispose() => mutex.Dispose();
}
