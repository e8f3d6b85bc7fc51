using Agentworks.Errors;
using Agentworks.Transport;

namespace Agentworks.Machines;

/// <summary>
/// A machine that can be reached in several ways: the first that answers is kept until it fails, and then all are tried again. The ways
/// are asked for anew each time, because they may have changed meanwhile.
/// </summary>
/// <param name="routes">The ways, the preferred one first; at least one.</param>
public sealed class RoutedShell(Func<IReadOnlyList<MachineRoute>> routes) : IMachineShell
{
    // So that a preferred way that answers is taken, and one that is dead costs a second, not its whole limit.
    private static readonly TimeSpan HeadStart = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _choosing = new(1, 1);
    private Way? _current;

    public Task<RemoteResult> RunAsync(RemoteCommand command, Func<OutputChunk, ValueTask>? onOutput, CancellationToken cancellationToken)
    {
        var repeatable = command.Input is null or { CanSeek: true };
        var start = repeatable ? command.Input?.Position : null;
        return TryAsync(
            (shell, again) =>
            {
                if (start is { } position)
                {
                    command.Input!.Position = position;
                }

                return shell.RunAsync(command with { MayHaveRun = again }, onOutput, cancellationToken);
            },
            repeatable,
            settles: repeatable && onOutput is null && command.OperationId is not null,
            cancellationToken);
    }

    public Task<string> EvaluateAsync(string perl, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        TryAsync((shell, _) => shell.EvaluateAsync(perl, arguments, cancellationToken), repeatable: true, settles: false, cancellationToken);

    /// <summary>The way that was taken last.</summary>
    public SshEndpoint Endpoint => (_current?.Route ?? routes()[0]).Endpoint;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _current, null) is { } way)
        {
            await way.Shell.DisposeAsync().ConfigureAwait(false);
        }

        _choosing.Dispose();
    }

    // A failed connection means that nothing was run. What may have been is asked about in another way, where its outcome can be known by its id.
    private async Task<T> TryAsync<T>(Func<IMachineShell, bool, Task<T>> attempt, bool repeatable, bool settles, CancellationToken cancellationToken)
    {
        var way = await ChooseAsync(failed: null, cancellationToken).ConfigureAwait(false);
        bool again;
        try
        {
            return await attempt(way.Shell, false).ConfigureAwait(false);
        }
        catch (ConnectionFailedException) when (way.IsOnly && repeatable && HasChanged(way.Route))
        {
            // The machine was started anew meanwhile, and what led to it leads nowhere.
            way = await ChooseAsync(way, cancellationToken).ConfigureAwait(false);
            again = false;
        }
        catch (AgentworksException e) when (!way.IsOnly && ((e is ConnectionFailedException && repeatable) || (e is OutcomeUnknownException && settles)))
        {
            again = e is OutcomeUnknownException;
            way = await ChooseAsync(way, cancellationToken).ConfigureAwait(false);
        }

        return await attempt(way.Shell, again).ConfigureAwait(false);
    }

    private bool HasChanged(MachineRoute route)
    {
        try
        {
            return routes() is [var only] && !only.Channel.Arguments.SequenceEqual(route.Channel.Arguments, StringComparer.Ordinal);
        }
        catch (ConnectionFailedException)
        {
            // It is off. What comes next asks anew.
            return true;
        }
    }

    private async Task<Way> ChooseAsync(Way? failed, CancellationToken cancellationToken)
    {
        await _choosing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_current is { } known && known != failed)
            {
                return known;
            }

            if (_current is { } old)
            {
                _current = null;
                await old.Shell.DisposeAsync().ConfigureAwait(false);
            }

            return _current = await FirstAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _choosing.Release();
        }
    }

    private async Task<Way> FirstAsync(CancellationToken cancellationToken)
    {
        var all = routes();
        if (all.Count == 1)
        {
            // No question before the question.
            return new Way(all[0], new MachineShell(all[0].Channel), IsOnly: true);
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var attempts = all.Select((route, index) => AnswersAsync(route, index * HeadStart, enough.Token)).ToList();
        AgentworksException? last = null;
        while (attempts.Count > 0)
        {
            var done = await Task.WhenAny(attempts).ConfigureAwait(false);
            attempts.Remove(done);
            var (way, failure) = await done.ConfigureAwait(false);
            if (way is not null)
            {
                await enough.CancelAsync().ConfigureAwait(false);
                await DropAsync(attempts).ConfigureAwait(false);
                return way;
            }

            last = failure ?? last;
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw last ?? new ConnectionFailedException("There is no way to the machine.");
    }

    private static async Task DropAsync(IEnumerable<Task<(Way? Way, AgentworksException? Failure)>> attempts)
    {
        foreach (var attempt in attempts)
        {
            if ((await attempt.ConfigureAwait(false)).Way is { } late)
            {
                await late.Shell.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static async Task<(Way? Way, AgentworksException? Failure)> AnswersAsync(MachineRoute route, TimeSpan delay, CancellationToken cancellationToken)
    {
        var shell = new MachineShell(route.Channel);
        try
        {
            await Task.Delay(delay, cancellationToken).ConfigureAwait(false);
            await shell.EvaluateAsync("1", [], cancellationToken).ConfigureAwait(false);
            return (new Way(route, shell, IsOnly: false), null);
        }
        catch (AgentworksException e)
        {
            await shell.DisposeAsync().ConfigureAwait(false);
            return (null, e);
        }
        catch (OperationCanceledException)
        {
            await shell.DisposeAsync().ConfigureAwait(false);
            return (null, null);
        }
    }

    private sealed record Way(MachineRoute Route, MachineShell Shell, bool IsOnly);
}
