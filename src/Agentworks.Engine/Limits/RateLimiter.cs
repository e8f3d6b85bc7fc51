using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.State;

namespace Agentworks.Limits;

/// <summary>Makes callers wait who do something too often, over all processes of one operator's folder. Free of cost where nothing is limited.</summary>
public sealed class RateLimiter(StateStore store, Func<LimitsSection> limits, TimeProvider clock)
{
    /// <summary>Before machines are made, once for each call.</summary>
    /// <exception cref="RateLimitedException">One would have to wait, and <paramref name="noWait"/>.</exception>
    public Task CreateAsync(bool noWait, IEventSink events, CancellationToken cancellationToken) =>
        TakeAsync("create", "making machines", limits().Create, noWait, events, cancellationToken);

    /// <summary>Before commands are run, once for each call.</summary>
    /// <inheritdoc cref="CreateAsync"/>
    public Task ExecAsync(bool noWait, IEventSink events, CancellationToken cancellationToken) =>
        TakeAsync("exec", "running commands", limits().Exec, noWait, events, cancellationToken);

    /// <summary>Before anything else is done in workspaces, once for each call: by whoever lets a user or an agent call, for the engine's own calls are parts of one.</summary>
    /// <inheritdoc cref="CreateAsync"/>
    public Task CallAsync(bool noWait, IEventSink events, CancellationToken cancellationToken) =>
        TakeAsync("default", "calls on workspaces", limits().Default, noWait, events, cancellationToken);

    private async Task TakeAsync(string bucket, string what, RateLimit limit, bool noWait, IEventSink events, CancellationToken cancellationToken)
    {
        if (limit.PerMinute == 0)
        {
            return;
        }

        var wait = store.Write(state => state.TakeToken(bucket, limit.Burst, limit.PerMinute, owe: !noWait));
        if (wait == TimeSpan.Zero)
        {
            return;
        }

        if (noWait)
        {
            throw new RateLimitedException(what, wait) { Target = bucket, Recommendation = "Leave -NoWait out to wait for it, or see [limits] in config.toml." };
        }

        var activity = $"Limit for {what}";
        var until = clock.GetUtcNow() + wait;
        try
        {
            for (var left = wait; left > TimeSpan.Zero; left = until - clock.GetUtcNow())
            {
                events.Report(new ProgressEvent(activity, $"waiting for the rate limit, {Math.Ceiling(left.TotalSeconds)} s; see [limits] in config.toml", (int)(100 * (1 - (left / wait)))));
                await Task.Delay(left < TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1), clock, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            store.Write(state => state.ReturnToken(bucket));
            throw;
        }
        finally
        {
            events.Report(new ProgressEvent(activity, string.Empty, Completed: true));
        }
    }
}
