using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.History;
using Agentworks.Model;
using Agentworks.State;

namespace Agentworks.Operations;

/// <summary>
/// Runs a multi-step change: holds the thing's lock (which the death of this process frees), keeps the journal, and leaves an entry
/// that says how it ended. An entry left open by a dead process is closed by the next change of the same thing, which converges.
/// </summary>
public sealed class OperationRunner(StateStore store, IAfterwards? afterwards = null, LogFolder? logs = null, TimeProvider? clock = null)
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromMinutes(10);

    public Task<T> RunAsync<T>(
        string operation, string kind, string name, IEventSink events, Func<OperationScope, Task<T>> body, CancellationToken cancellationToken) =>
        RunManyAsync(operation, kind, [name], events, body, cancellationToken);

    /// <summary>The same for a change of several things at once. Their locks are taken in one order by everyone, so that none waits in a circle.</summary>
    public Task<T> RunManyAsync<T>(
        string operation,
        string kind,
        IReadOnlyList<string> names,
        IEventSink events,
        Func<OperationScope, Task<T>> body,
        CancellationToken cancellationToken) =>
        RunWithAsync(operation, kind, names, [], events, body, cancellationToken);

    /// <summary>The same for a change that has other things along with it, which are locked before: a session's workspace, then its agent.</summary>
    public async Task<T> RunWithAsync<T>(
        string operation,
        string kind,
        IReadOnlyList<string> names,
        IReadOnlyList<(string Kind, string Name)> along,
        IEventSink events,
        Func<OperationScope, Task<T>> body,
        CancellationToken cancellationToken)
    {
        var held = new List<IDisposable>();
        try
        {
            foreach (var (of, name) in along.Concat(names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(name => (kind, name))))
            {
                held.Add(await store.Locks.AcquireAsync(of, name, LockTimeout, cancellationToken).ConfigureAwait(false));
            }

            return await RunHeldAsync(operation, kind, names, along, events, body).ConfigureAwait(false);
        }
        finally
        {
            foreach (var one in held)
            {
                one.Dispose();
            }

            // Also after a failure, which may have made or undone a part. Sessions and jobs alone are in none of the operator's files. It is quick and on this
            // computer, and being called off here would call a change off that is done.
            if (afterwards is not null && (kind is not (EntityKind.Session or EntityKind.Job) || along.Count > 0))
            {
                await afterwards.ChangedAsync(events, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task<T> RunHeldAsync<T>(
        string operation, string kind, IReadOnlyList<string> names, IReadOnlyList<(string Kind, string Name)> along, IEventSink events, Func<OperationScope, Task<T>> body)
    {
        var target = string.Join(' ', names);
        var journal = store.Journal.Begin(operation, kind, target, target, "{}");
        var recorder = Recorder(operation, [.. names.Select(name => (kind, name)), .. along], journal, events);
        try
        {
            var scope = new OperationScope(journal, operation, target, recorder ?? events);
            var result = await body(scope).ConfigureAwait(false);
            journal.Complete();
            recorder?.Succeed();
            Settle(operation, [.. names.Select(name => (kind, name)), .. along, .. scope.Settled]);
            return result;
        }
        catch (Exception e)
        {
            journal.Fail(e.Message);
            recorder?.Fail(e);
            if (e is ProvisioningFailedException { Recommendation: null } && recorder?.LoggedVm is { } vm)
            {
                throw new ProvisioningFailedException(e.Message, e) { Target = ((ProvisioningFailedException)e).Target, Recommendation = $"Get-AgwVmLog {vm} -Last 1 -Raw" };
            }

            throw;
        }
    }

    /// <summary>Sessions come and go too often for a log of each, unless something is made along with them.</summary>
    private OperationRecorder? Recorder(string operation, IReadOnlyList<(string Kind, string Name)> targets, JournalOperation journal, IEventSink events) =>
        logs is not null && targets.Any(target => target.Kind is EntityKind.Vm or EntityKind.Workspace or EntityKind.Agent)
            ? new OperationRecorder(store, logs, clock ?? TimeProvider.System, operation, targets, journal.Id, events)
            : null;

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
    private void Settle(string operation, HashSet<(string Kind, string Name)> changed)
    {
        var left = store.Journal.List(openOnly: true).Where(entry =>
            entry.Interrupted && entry.TargetName.Split(' ').All(name => changed.Contains((entry.Kind, name))));
        foreach (var entry in left)
        {
            try
            {
                store.Journal.Adopt(entry.Id).Fail($"Interrupted; settled by {operation}.");
            }
            catch (Exception e) when (e is AgentworksException or InvalidOperationException)
            {
                // Another has just done it: of a thing that went along with this one, the lock is not held here.
            }
        }
    }
}
