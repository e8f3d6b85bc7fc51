using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;

namespace Agentworks.Operations;

/// <summary>Does one thing with many of a kind: one operation per machine, all at once, and one outcome for each. A machine that fails, fails its own alone.</summary>
internal static class MachineBatch
{
    /// <summary>The work on one machine, given the scope, the machine's id and its rows.</summary>
    public delegate Task<IReadOnlyList<BatchOutcome<TModel>>> Work<TRow, TModel>(OperationScope scope, string vmId, IReadOnlyList<TRow> rows, CancellationToken cancellationToken)
        where TModel : class;

    /// <param name="operations">Runs them.</param>
    /// <param name="operation">The cmdlet's name, for the journal.</param>
    /// <param name="kind">Of what is worked on.</param>
    /// <param name="found">Each with its row and its machine; null for what is not there.</param>
    /// <param name="noSuch">What is wrong with that.</param>
    /// <param name="events">Progress.</param>
    /// <param name="work">The work on one machine.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static IAsyncEnumerable<BatchOutcome<TModel>> RunAsync<TRow, TModel>(
        OperationRunner operations,
        string operation,
        string kind,
        IReadOnlyList<(string Name, TRow? Row, string? VmId)> found,
        Func<string, AgentworksException> noSuch,
        IEventSink events,
        Work<TRow, TModel> work,
        CancellationToken cancellationToken)
        where TRow : class
        where TModel : class =>
        FanOut.RunAsync<IGrouping<string?, (string Name, TRow? Row, string? VmId)>, BatchOutcome<TModel>>(
            found.GroupBy(one => one.VmId, StringComparer.Ordinal),
            async (group, output, cancel) =>
            {
                string[] names = [.. group.Select(one => one.Name)];
                IReadOnlyList<BatchOutcome<TModel>> outcomes;
                try
                {
                    outcomes = group.Key is { } vmId
                        ? await operations.RunManyAsync(operation, kind, names, events, scope => work(scope, vmId, [.. group.Select(one => one.Row!)], cancel), cancel).ConfigureAwait(false)
                        : [.. names.Select(name => new BatchOutcome<TModel>(name, null, noSuch(name)))];
                }
                catch (AgentworksException e)
                {
                    outcomes = [.. names.Select(name => new BatchOutcome<TModel>(name, null, e))];
                }

                foreach (var outcome in outcomes)
                {
                    await output.WriteAsync(outcome, cancel).ConfigureAwait(false);
                }
            },
            cancellationToken);
}
