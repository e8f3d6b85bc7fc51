namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>Awaits a condition of the outside world that nothing announces.</summary>
public static class Eventually
{
    public static async Task BecomesAsync(Func<Task<bool>> condition, string what)
    {
        // It only keeps a broken test from running for ever.
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (!await condition())
        {
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"It never came true that {what}.");
            }

            await Task.Delay(20, CancellationToken.None);
        }
    }
}
