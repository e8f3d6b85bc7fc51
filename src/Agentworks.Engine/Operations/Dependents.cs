using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Sessions;
using Agentworks.State.Rows;

namespace Agentworks.Operations;

/// <summary>What lives in a thing goes before it, or keeps it.</summary>
public static class Dependents
{
    /// <exception cref="HasDependentsException">There are some and <paramref name="cascade"/> is false.</exception>
    public static async Task RemoveSessionsAsync(
        SessionService sessions,
        IReadOnlyList<SessionRow> rows,
        bool cascade,
        string owner,
        string recommendation,
        IEventSink events,
        CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return;
        }

        if (!cascade)
        {
            throw new HasDependentsException($"{owner} has sessions: {string.Join(", ", rows.Select(row => row.Name))}.")
            {
                Target = owner,
                Recommendation = recommendation,
            };
        }

        await foreach (var outcome in sessions.RemoveAsync([.. rows.Select(row => row.Name)], events, cancellationToken).ConfigureAwait(false))
        {
            if (outcome.Error is not null)
            {
                throw outcome.Error;
            }
        }
    }
}
