using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Agentworks.Operations;

/// <summary>Works on many things at once and hands on each result as it comes. Whoever leaves early calls the rest off and waits for it.</summary>
public static class FanOut
{
    public static async IAsyncEnumerable<TOut> RunAsync<TIn, TOut>(
        IEnumerable<TIn> items,
        Func<TIn, ChannelWriter<TOut>, CancellationToken, Task> work,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var results = Channel.CreateUnbounded<TOut>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var all = Task.WhenAll(items.Select(item => Task.Run(() => work(item, results.Writer, stop.Token), stop.Token)));
        _ = all.ContinueWith(done => results.Writer.TryComplete(done.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            await foreach (var result in results.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return result;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
