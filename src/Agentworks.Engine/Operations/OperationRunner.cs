using Agentworks.Events;
using Agentworks.State;

namespace Agentworks.Operations;

/// <summary>
/// Runs a multi-step change: holds the thing's lock (which the death of this process frees), keeps the journal, and leaves an entry
/// that says how it ended. An entry left open by a dead process is closed by the next change of the same thing, which converges.
/// </summary>
public sealed class OperationRunner(StateStore store)
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromMinutes(10);

    public Task<T> RunAsync<T>(
        string operation, string kind, string name, IEventSink events, Func<OperationScope, Task<T>> body, CancellationToken cancellationToken) =>
        RunManyAsync(operation, kind, [name], events, body, cancellationToken);

    /// <summary>The same for a change of several things at once. Their locks are taken in one order by everyone, so that none waits in a circle.</summary>
    public async Task<T> RunManyAsync<T>(
        string operation,
        string kind,
        IReadOnlyList<string> names,
        IEventSink events,
        Func<OperationScope, Task<T>> body,
        CancellationToken cancellationToken)
    {
        var held = new List<IDisposable>();
        try
        {
            foreach (var name in names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                held.Add(await store.Locks.AcquireAsync(kind, name, LockTimeout, cancellationToken).ConfigureAwait(false));
            }

            return await RunHeldAsync(operation, kind, names, events, body).ConfigureAwait(false);
        }
        finally
        {
            foreach (var one in held)
            {
                one.Dispose();
            }
        }
    }

    private async Task<T> RunHeldAsync<T>(
        string operation, string kind, IReadOnlyList<string> names, IEventSink events, Func<OperationScope, Task<T>> body)
    {
        var target = string.Join(' ', names);
        var journal = store.Journal.Begin(operation, kind, target, target, "{}");
        try
        {
            var result = await body(new OperationScope(journal, operation, target, events)).ConfigureAwait(false);
            journal.Complete();
            Settle(operation, kind, names);
            return result;
        }
        catch (Exception e)
        {
            journal.Fail(e.Message);
            throw;
        }
    }

    public Task RunAsync(
        string operation, string kind, string name, IEventSink events, Func<OperationScope, Task> body, CancellationToken cancellationToken) =>
        RunAsync<object?>(
            operation,
            kind,
            name,
            events,
            async scope =>
            {
                await body(scope).ConfigureAwait(false);
                return null;
            },
            cancellationToken);

    /// <summary>Closes what dead processes left open of the things just changed: their locks are held, and the change has converged.</summary>
    private void Settle(string operation, string kind, IReadOnlyList<string> names)
    {
        var left = store.Journal.List(openOnly: true).Where(entry =>
            entry.Kind == kind && entry.TargetName.Split(' ').All(name => names.Contains(name, StringComparer.Ordinal)) && entry.Interrupted);
        foreach (var entry in left)
        {
            store.Journal.Adopt(entry.Id).Fail($"Interrupted; settled by {operation}.");
        }
    }
}
