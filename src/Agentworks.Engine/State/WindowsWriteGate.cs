using System.Security.Cryptography;
using System.Text;

namespace Agentworks.State;

/// <summary>The gate as a named mutex: Windows queues its waiters and gives it up when the holder dies.</summary>
internal sealed class WindowsWriteGate(string home) : IWriteGate
{
    private readonly Mutex mutex = new(
        initiallyOwned: false,
        @"Global\agentworks-" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(home).ToUpperInvariant()))));

    public string Holder => "another process";

    public bool TryEnter(TimeSpan timeout)
    {
        try
        {
            return mutex.WaitOne(timeout);
        }
        catch (AbandonedMutexException)
        {
            // The holder died; SQLite undoes what it left, and the gate is ours.
            return true;
        }
    }

    public void Leave() => mutex.ReleaseMutex();

    public void Dispose() => mutex.Dispose();
}
