namespace Agentworks.Platforms;

/// <summary>Waits for conditions of the kernel that send no word.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(4);

    /// <summary>True as soon as it holds; false when it did not within <paramref name="limit"/>.</summary>
    public static async Task<bool> UntilAsync(Func<bool> holds, TimeSpan limit, TimeProvider clock, CancellationToken cancellationToken, TimeSpan? pause = null)
    {
        var start = clock.GetTimestamp();
        while (!holds())
        {
            if (clock.GetElapsedTime(start) >= limit)
            {
                return false;
            }

            await Task.Delay(pause ?? Pause, clock, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }
}
