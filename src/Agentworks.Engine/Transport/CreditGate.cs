namespace Agentworks.Transport;

/// <summary>How many bytes may still be sent; one waits here for more, others bring it.</summary>
internal sealed class CreditGate(int initial)
{
    private readonly object _lock = new();
    private long _credit = initial;
    private TaskCompletionSource? _more;

    public void Add(long bytes)
    {
        TaskCompletionSource? more;
        lock (_lock)
        {
            _credit += bytes;
            (more, _more) = (_more, null);
        }

        more?.TrySetResult();
    }

    /// <summary>Takes between one byte and <paramref name="most"/>.</summary>
    public async ValueTask<int> TakeAsync(int most, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task more;
            lock (_lock)
            {
                if (_credit > 0)
                {
                    var taken = (int)Math.Min(_credit, most);
                    _credit -= taken;
                    return taken;
                }

                more = (_more ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await more.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
