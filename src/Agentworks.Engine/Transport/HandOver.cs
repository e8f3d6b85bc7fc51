namespace Agentworks.Transport;

/// <summary>A stream from one machine to another through this process: whoever reads there and whoever writes here run at once.</summary>
internal static class HandOver
{
    /// <summary>
    /// Runs both until both have ended. What fails the one ends the other, and the reason that came first is thrown. A receiver may be content before the
    /// sender is: the sender's task, which has ended, says how.
    /// </summary>
    public static async Task<(Task<TSent> Sent, TReceived Received)> RunAsync<TSent, TReceived>(
        Func<HandOverStream, CancellationToken, Task<TSent>> send, Func<HandOverStream, CancellationToken, Task<TReceived>> receive, CancellationToken cancellationToken)
    {
        var stream = new HandOverStream();
        await using var _ = stream.ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = SendAsync(stream, send, stop.Token);
        try
        {
            var received = await receive(stream, stop.Token).ConfigureAwait(false);
            await ((Task)sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return (sending, received);
        }
        catch
        {
            var first = sending.IsFaulted;
            stream.End();
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (first)
            {
                await sending.ConfigureAwait(false);
            }

            throw;
        }
    }

    private static async Task<TSent> SendAsync<TSent>(HandOverStream stream, Func<HandOverStream, CancellationToken, Task<TSent>> send, CancellationToken cancellationToken)
    {
        try
        {
            var sent = await send(stream, cancellationToken).ConfigureAwait(false);
            stream.End();
            return sent;
        }
        catch (Exception e)
        {
            stream.End(e);
            throw;
        }
    }
}
