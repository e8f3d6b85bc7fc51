using Agentworks.Events;

namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>Does something to the world right after the n-th step of an operation, or a while later, in what follows it.</summary>
public sealed class StrikingSink(int step, TimeSpan later, Func<Task> strike) : IEventSink
{
    private int _seen;
    private Task _struck = Task.CompletedTask;

    /// <summary>Whether the operation came to that step.</summary>
    public bool Came => Volatile.Read(ref _seen) >= step;

    public void Report(EngineEvent engineEvent)
    {
        if (engineEvent is JournalEvent && Interlocked.Increment(ref _seen) == step)
        {
            _struck = later == TimeSpan.Zero ? strike() : StrikeLaterAsync();
        }
    }

    public Task DoneAsync() => _struck;

    private async Task StrikeLaterAsync()
    {
        await Task.Delay(later, CancellationToken.None);
        await strike();
    }
}
