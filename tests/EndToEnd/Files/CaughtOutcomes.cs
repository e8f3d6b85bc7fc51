using Agentworks.Errors;
using Agentworks.Model;

namespace Agentworks.Tests.EndToEnd.Files;

/// <summary>Reads outcomes; a failure of the whole is the last of them.</summary>
public static class CaughtOutcomes
{
    public static async IAsyncEnumerable<BatchOutcome<T>> Caught<T>(this IAsyncEnumerable<BatchOutcome<T>> outcomes)
        where T : class
    {
        await using var each = outcomes.GetAsyncEnumerator();
        while (true)
        {
            BatchOutcome<T>? next;
            try
            {
                next = await each.MoveNextAsync() ? each.Current : null;
            }
            catch (AgentworksException e)
            {
                next = new BatchOutcome<T>(string.Empty, null, e);
            }

            if (next is null)
            {
                yield break;
            }

            yield return next;
            if (next is { Name: "", Error: not null })
            {
                yield break;
            }
        }
    }
}
