using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Agentworks.Files;

/// <summary>Turns work that hands out its results into a stream of them. A slow reader slows the work down; one that leaves calls it off.</summary>
internal static class Piped
{
    public static async IAsyncEnumerable<T> RunAsync<T>(
        Func<Func<T, ValueTask>, CancellationToken, Task> work, int ahead, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var results = Channel.CreateBounded<T>(new BoundedChannelOptions(ahead) { SingleReader = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var working = Task.Run(() => WorkAsync(work, results.Writer, stop.Token), CancellationToken.None);
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
            await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task WorkAsync<T>(Func<Func<T, ValueTask>, CancellationToken, Task> work, ChannelWriter<T> results, CancellationToken cancellationToken)
    {
        try
        {
            await work(item => results.WriteAsync(item, cancellationToken), cancellationToken).ConfigureAwait(false);
            results.TryComplete();
        }
        catch (Exception e)
        {
            results.TryComplete(e);
        }
    }
}
