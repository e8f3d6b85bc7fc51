using System.Management.Automation;
using System.Threading.Channels;
using Agentworks.Events;

namespace Agentworks.PowerShell;

/// <summary>
/// Lets the engine work off the pipeline thread while that thread, the only one that may write, shows the engine's events and
/// passes its output on. Comes back soon after a stop, whether the engine has unwound by then or not.
/// </summary>
internal sealed class EventPump(AgentworksCommand cmdlet, CancellationTokenSource stop) : IEventSink
{
    /// <summary>How long a stopped cmdlet waits for the engine to unwind. The prompt is to be back within a second.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromMilliseconds(800);

    private const int OutputBuffer = 256;

    // Which cmdlet's work this is, wherever the engine's threads carry it.
    private static readonly AsyncLocal<EventPump?> Working = new();

    private readonly object _gate = new();
    private readonly Queue<Action> _questions = new();
    private readonly Queue<EngineEvent> _events = new();
    private readonly EventDisplay _display = new(cmdlet);
    private bool _awake;

    /// <summary>The pump of the work that asks; null outside of any cmdlet's.</summary>
    public static EventPump? Current => Working.Value;

    /// <summary>The last work given, done or not.</summary>
    public Task Work { get; private set; } = Task.CompletedTask;

    public void Report(EngineEvent engineEvent)
    {
        lock (_gate)
        {
            _events.Enqueue(engineEvent);
            WakeLocked();
        }
    }

    /// <summary>Puts a question of the work's to the cmdlet, on the pipeline thread, which alone may run commands and ask the operator.</summary>
    public Task<T> OnPipelineThreadAsync<T>(Func<AgentworksCommand, T> question, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _questions.Enqueue(() => Answer(question, answer));
            WakeLocked();
        }
        return answer.Task.WaitAsync(cancellationToken);
    }

    /// <exception cref="EngineFailure">The work failed.</exception>
    /// <exception cref="PipelineStoppedException">The operator stopped it.</exception>
    public T Run<T>(Func<CancellationToken, Task<T>> work)
    {
        var task = Task.Run(
            () =>
            {
                Working.Value = this;
                return work(stop.Token);
            },
            CancellationToken.None);
        Pump(task, static () => { });
        return task.GetAwaiter().GetResult();
    }

    /// <summary>The same for a stream: each item is written as it comes, and a slow pipeline slows the engine down.</summary>
    public void Run<T>(Func<CancellationToken, IAsyncEnumerable<T>> work, Action<T> write)
    {
        var channel = Channel.CreateBounded<T>(OutputBuffer);
        var task = Task.Run(() => CopyAsync(work, channel.Writer), CancellationToken.None);
        Pump(task, () =>
        {
            while (channel.Reader.TryRead(out var item))
            {
                write(item);
            }
        });
    }

    private async Task CopyAsync<T>(Func<CancellationToken, IAsyncEnumerable<T>> work, ChannelWriter<T> output)
    {
        Working.Value = this;
        await foreach (var item in work(stop.Token).WithCancellation(stop.Token).ConfigureAwait(false))
        {
            await output.WriteAsync(item, stop.Token).ConfigureAwait(false);
            Wake();
        }
    }

    private void Pump(Task task, Action drain)
    {
        Work = task;
        _ = task.ContinueWith(_ => Wake(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        using var stopped = stop.Token.Register(Wake);
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var finished = task.IsCompleted;
                AnswerQuestions();
                ShowEvents();
                drain();
                if (finished)
                {
                    Finish(task);
                    return;
                }
                Sleep();
            }
            throw new PipelineStoppedException();
        }
        finally
        {
            // Leaving early (a stop, or a later command that wants no more) calls the work off; it may undo or journal what it does.
            if (!task.IsCompleted)
            {
                _ = stop.CancelAsync();
                Task.WaitAny([task], StopGrace);
            }
            _display.Complete();
        }
    }

    private void Finish(Task task)
    {
        var failure = task.IsFaulted ? task.Exception!.InnerException! : null;
        if (stop.IsCancellationRequested && (task.IsCanceled || failure is OperationCanceledException))
        {
            throw new PipelineStoppedException();
        }
        if (!task.IsCompletedSuccessfully)
        {
            throw new EngineFailure(failure ?? new OperationCanceledException());
        }
    }

    private void Answer<T>(Func<AgentworksCommand, T> question, TaskCompletionSource<T> answer)
    {
        try
        {
            answer.TrySetResult(question(cmdlet));
        }
        catch (PipelineStoppedException)
        {
            answer.TrySetCanceled(CancellationToken.None);
        }
        catch (Exception e)
        {
            answer.TrySetException(e);
        }
    }

    private void AnswerQuestions()
    {
        while (true)
        {
            Action next;
            lock (_gate)
            {
                if (_questions.Count == 0)
                {
                    return;
                }
                next = _questions.Dequeue();
            }
            next();
        }
    }

    private void ShowEvents()
    {
        while (true)
        {
            EngineEvent next;
            lock (_gate)
            {
                if (_events.Count == 0)
                {
                    break;
                }
                next = _events.Dequeue();
            }
            _display.Show(next);
        }
        _display.Flush();
    }

    private void Sleep()
    {
        lock (_gate)
        {
            while (!_awake)
            {
                Monitor.Wait(_gate);
            }
            _awake = false;
        }
    }

    private void Wake()
    {
        lock (_gate)
        {
            WakeLocked();
        }
    }

    private void WakeLocked()
    {
        _awake = true;
        Monitor.PulseAll(_gate);
    }
}
