using Agentworks.Errors;
using Agentworks.Model;

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

    /// <summary>A machine that died runs again. What this process still believes of it ends with the first line that it runs there.</summary>
    /// <param name="echo">Runs "echo awake" there.</param>
    /// <param name="machine">Its name.</param>
    public static Task RunsAgainAsync(Func<Task<AgwCommandResult>> echo, string machine) => BecomesAsync(
        async () =>
        {
            try
            {
                return (await echo()).Output == "awake\n";
            }
            catch (OutcomeUnknownException)
            {
                return false;
            }
        },
        $"{machine} runs");
}
