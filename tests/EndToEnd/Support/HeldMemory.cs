namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>What this process holds. Garbage does not count: when it is collected depends on the runtime and on this computer's caches.</summary>
internal static class HeldMemory
{
    /// <summary>By how many bytes there is more at most while that goes on.</summary>
    public static async Task<long> GrowthAsync(Func<Task> work)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var most = 0L;
        var working = Task.Run(work);
        while (!working.IsCompleted)
        {
            await Task.WhenAny(working, Task.Delay(20, CancellationToken.None));
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }

        await working;
        return most;
    }
}
