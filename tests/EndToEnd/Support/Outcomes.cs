using Agentworks.Model;

namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>Reads outcomes to the end; the first error is thrown.</summary>
public static class Outcomes
{
    public static async Task<IReadOnlyList<T>> DrainAsync<T>(IAsyncEnumerable<BatchOutcome<T>> outcomes)
        where T : class
    {
        var values = new List<T>();
        await foreach (var outcome in outcomes)
        {
            values.Add(outcome.Value ?? throw outcome.Error!);
        }

        return values;
    }
}
