using Microsoft.Win32.SafeHandles;

namespace Agentworks.State;

/// <summary>
/// Decides when the log has grown enough to be moved into the file, and has that done beside the writers rather than by one of
/// them: the slow part, syncing the log, happens before the gate is taken.
/// </summary>
internal sealed class Checkpointer(StatePaths paths)
{
    private const long Enough = 16L << 20;
    private readonly string guard = Path.Combine(paths.Locks, "state.checkpoint");
    private readonly FileInfo log = new(paths.Log);
    private long next = Enough;
    private int running;

    /// <summary>Called by the writer after each commit; cheap.</summary>
    public void AfterCommit(Action checkpoint)
    {
        log.Refresh();
        var length = log.Exists ? log.Length : 0;
        if (length < Enough)
        {
            next = Enough;
        }

        if (length >= next && Interlocked.Exchange(ref running, 1) == 0)
        {
            // When readers keep the log from being emptied, the next try waits until it has grown as much again.
            next = length + Enough;
            _ = Task.Run(() => Run(checkpoint));
        }
    }

    private void Run(Action checkpoint)
    {
        try
        {
            // One process at a time; the others have nothing left to do.
            using var mine = LockFile.TryTake(guard, string.Empty);
            if (mine is null)
            {
                return;
            }

            using (SafeFileHandle handle = File.OpenHandle(paths.Log, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
            {
                if (RandomAccess.GetLength(handle) < Enough)
                {
                    return;
                }

                RandomAccess.FlushToDisk(handle);
            }

            checkpoint();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is only put off.
        }
        finally
        {
            Volatile.Write(ref running, 0);
        }
    }
}
