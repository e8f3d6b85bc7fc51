using System.Globalization;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.State;
using Agentworks.Transport;

namespace Agentworks.Git.Work;

/// <summary>Does one thing in many repositories: machines in parallel, one round trip for each, one outcome for each repository.</summary>
internal sealed class GitBatch(StateStore store, MachineConnections machines, OperationRunner operations)
{
    private const long OutputLimit = 256 << 20;
    private static readonly TimeSpan LookLimit = TimeSpan.FromMinutes(10);

    /// <summary>A machine's script and what goes before its places.</summary>
    /// <param name="File">Runs after git-common.sh.</param>
    /// <param name="Arguments">Of the script.</param>
    public sealed record Script(string File, params string[] Arguments)
    {
        /// <summary>Shell functions that it calls.</summary>
        public string Functions { get; init; } = string.Empty;

        public TimeSpan Limit { get; init; } = LookLimit;
    }

    /// <summary>Asks; changes nothing.</summary>
    public IAsyncEnumerable<GitOutcome<T>> LookAsync<T>(
        IReadOnlyList<GitTarget> targets, Script script, Func<GitPlace, GitAnswer, T?> read, CancellationToken cancellationToken)
        where T : class =>
        EachMachineAsync<T>(
            targets, async (places, cancel) => Outcomes(places, await RunAsync(places, script, null, cancel).ConfigureAwait(false), read), cancellationToken);

    /// <summary>Changes something: under the workspaces' locks, and once however often it is sent.</summary>
    public IAsyncEnumerable<GitOutcome<T>> ChangeAsync<T>(
        string operation,
        IReadOnlyList<GitTarget> targets,
        IEventSink events,
        Func<OperationScope, IReadOnlyList<GitPlace>, CancellationToken, Task<IReadOnlyList<GitOutcome<T>>>> work,
        CancellationToken cancellationToken)
        where T : class =>
        EachMachineAsync<T>(
            targets,
            (places, cancel) => operations.RunManyAsync(
                operation,
                EntityKind.Workspace,
                [.. places.Select(place => place.Workspace.Name).Distinct(StringComparer.Ordinal)],
                events,
                scope =>
                {
                    scope.Record("git on the machine");
                    return work(scope, places, cancel);
                },
                cancel),
            cancellationToken);

    public async Task<IReadOnlyList<GitAnswer>> RunAsync(IReadOnlyList<GitPlace> places, Script script, string? operationId, CancellationToken cancellationToken)
    {
        var result = await machines.Shell(places[0].Vm).RequireAsync(
            new RemoteCommand
            {
                Script = script.Functions + EmbeddedText.Read("git-common.sh") + EmbeddedText.Read(script.File),
                Arguments = [.. script.Arguments, .. places.SelectMany(place => place.Arguments)],
                OperationId = operationId,
                OnDisconnect = operationId is null ? DisconnectAction.Kill : DisconnectAction.Finish,
                Timeout = script.Limit,
                MaxOutputBytes = OutputLimit,
            },
            "git",
            cancellationToken).ConfigureAwait(false);
        return GitAnswer.ParseAll(result.Output, places.Count);
    }

    public static IReadOnlyList<GitOutcome<T>> Outcomes<T>(IReadOnlyList<GitPlace> places, IReadOnlyList<GitAnswer> answers, Func<GitPlace, GitAnswer, T?> read)
        where T : class =>
        [.. places.Zip(answers, (place, answer) => answer.ExitCode == 0
            ? new GitOutcome<T>(place.Target, read(place, answer), null)
            : new GitOutcome<T>(place.Target, null, GitFailure.Of(place, answer.ExitCode, answer.Text("said") + answer.Error, answer.Has("push") ? answer.Lines("push")[0] : null)))];

    private IAsyncEnumerable<GitOutcome<T>> EachMachineAsync<T>(
        IReadOnlyList<GitTarget> targets, Func<IReadOnlyList<GitPlace>, CancellationToken, Task<IReadOnlyList<GitOutcome<T>>>> work, CancellationToken cancellationToken)
        where T : class
    {
        var (places, outcomes) = Find<T>(targets);
        return FanOut.RunAsync<IReadOnlyList<GitPlace>, GitOutcome<T>>(
            [[], .. places.GroupBy(place => place.Vm.Id, StringComparer.Ordinal).Select(group => (IReadOnlyList<GitPlace>)[.. group])],
            async (group, output, cancel) =>
            {
                var some = outcomes;
                if (group.Count > 0)
                {
                    try
                    {
                        some = [.. await work(group, cancel).ConfigureAwait(false)];
                    }
                    catch (AgentworksException e)
                    {
                        some = [.. group.Select(place => new GitOutcome<T>(place.Target, null, e))];
                    }
                }

                foreach (var one in some)
                {
                    await output.WriteAsync(one, cancel).ConfigureAwait(false);
                }
            },
            cancellationToken);
    }

    private (List<GitPlace> Places, List<GitOutcome<T>> Failed) Find<T>(IReadOnlyList<GitTarget> targets)
        where T : class
    {
        var places = new List<GitPlace>();
        var failed = new List<GitOutcome<T>>();
        foreach (var target in targets.Distinct())
        {
            try
            {
                places.Add(GitPlace.Of(store, target));
            }
            catch (AgentworksException e)
            {
                failed.Add(new GitOutcome<T>(target, null, e));
            }
        }

        return (places, failed);
    }

    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
