using Agentworks.Transport;

namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>Held by who clears what killed runs left: collections and runs begin at once, and would clear the same.</summary>
internal static class SweepLock
{
    /// <summary>Waits for as long as another needs to remove its machines.</summary>
    public static async Task<IAsyncDisposable> TakeAsync()
    {
        FileStream? held = null;
        await Eventually.BecomesAsync(
            () => Task.FromResult((held = FileLock.TryTake(Path.Combine(Path.GetTempPath(), "agentworks-tests.lock"))) is not null), "nobody else clears what killed runs left");
        return held!;
    }
}
