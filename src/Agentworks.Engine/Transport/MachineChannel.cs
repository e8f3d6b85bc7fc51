using System.Buffers.Binary;
using System.Text;
using Agentworks.Errors;

namespace Agentworks.Transport;

/// <summary>
/// One connection: a child process, one thread that reads its frames and hands them to their calls, one that writes. The program
/// for the far end and the first calls go out together; nobody waits for the hello. Once broken it stays so.
/// </summary>
internal sealed class MachineChannel : IAsyncDisposable
{
    private const int MaxLoginNoise = 1 << 20;
    private static readonly TimeSpan StopGrace = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AnswerSlack = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ProbeTime = TimeSpan.FromMilliseconds(700);

    private readonly string _machine;
    private readonly ChannelOptions _options;
    private readonly ChannelProcess _process;
    private readonly ChannelCommand _command;
    private readonly FrameQueue _outgoing = new();
    private readonly Dictionary<uint, ChannelCall> _calls = [];
    private readonly TaskCompletionSource _hello = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closing = new();
    private TaskCompletionSource? _nextSign;
    private ChannelBreak? _break;
    private volatile AgentworksException? _verdict;
    private uint _lastId;
    private long _lastSign = DateTime.UtcNow.Ticks;

    private MachineChannel(ChannelCommand command, ChannelOptions options, ChannelProcess process)
    {
        (_machine, _command, _options, _process) = (command.MachineName, command, options, process);
        _outgoing.AddRaw(ChannelProgram.Source);
        var folder = options.OperationsFolder is null ? string.Empty : $"operations={options.OperationsFolder}\0";
        _outgoing.Add(FrameType.Hello, 0, Encoding.UTF8.GetBytes($"{folder}silence={Math.Ceiling(Silence.TotalSeconds)}\0"));
        ChannelProcess.InBackground("agentworks channel reader", Read);
        ChannelProcess.InBackground("agentworks channel writer", Write);
        _ = WatchAsync();
    }

    /// <summary>Null while it works.</summary>
    public ChannelBreak? Broken
    {
        get
        {
            lock (_calls)
            {
                return _break;
            }
        }
    }

    /// <summary>
    /// True when the machine should have given a sign of life by now, but this process was asleep or the line is dead. Wall-clock time,
    /// because that goes on while a computer sleeps.
    /// </summary>
    public bool IsDoubtful =>
        _hello.Task.IsCompleted && DateTime.UtcNow.Ticks - Interlocked.Read(ref _lastSign) > (_options.PingInterval * 1.5).Ticks;

    // The far side gives up on us later than we give up on it.
    private TimeSpan Silence => _options.PingInterval * (_options.MissedPings + 4);

    /// <exception cref="PrerequisiteMissingException">The child's program is not there.</exception>
    public static MachineChannel Start(ChannelCommand command, ChannelOptions options) =>
        new(command, options, ChannelProcess.Start(command, ChannelProgram.CommandLine(command.Sudo)));

    /// <summary>
    /// Sends a call and waits for its answer; <paramref name="timeout"/> is the one that the machine keeps, watched from here as well in
    /// case that the machine cannot be heard any more.
    /// </summary>
    /// <exception cref="ChannelBrokenException">The channel broke first.</exception>
    public async Task<TReply> ExecuteAsync<TReply>(AnsweredCall<TReply> call, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var ended = new CancellationTokenSource();
        var command = call as CommandCall;
        command?.Prepare(this);
        Submit(call);
        var pump = command?.PumpAsync(this, ended.Token) ?? Task.CompletedTask;
        try
        {
            return timeout is { } limit
                ? await AwaitWatchfullyAsync(call, limit, cancellationToken).ConfigureAwait(false)
                : await call.Reply.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or HandlerFailedException)
        {
            if (!call.TryWithdraw())
            {
                await StopAsync(call).ConfigureAwait(false);
            }

            throw;
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            Forget(call);
            await pump.WaitAsync(StopGrace, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Sends a frame that belongs to a running call.</summary>
    public void Send(FrameType type, ChannelCall call, ReadOnlyMemory<byte> payload, byte[]? rented = null) =>
        _outgoing.Add(type, call.Id, payload, rented: rented);

    /// <summary>Lets the machine send more output of a call.</summary>
    public void Grant(ChannelCall call, int bytes)
    {
        var payload = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(payload, bytes);
        _outgoing.Add(FrameType.Window, call.Id, payload);
    }

    /// <summary>Whether the machine gives a sign of life now.</summary>
    public async Task<bool> AnswersAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        var fresh = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sign = Interlocked.CompareExchange(ref _nextSign, fresh, null) ?? fresh;
        _outgoing.Add(FrameType.Ping, 0, default);
        await sign.Task.WaitAsync(within, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return sign.Task.IsCompleted && Broken is null;
    }

    /// <summary>Gives the connection up because nothing is heard any more.</summary>
    public void GiveUp(string reason) => Break(Unreachable(reason), stalled: true);

    public async ValueTask DisposeAsync()
    {
        Break(new ConnectionFailedException($"The connection to '{_machine}' was closed by this side.") { Target = _machine }, stalled: false);
        await _process.EndAsync().ConfigureAwait(false);
    }

    private void Submit(ChannelCall call)
    {
        lock (_calls)
        {
            if (_break is null)
            {
                call.Id = ++_lastId;
                _calls.Add(call.Id, call);
                _outgoing.Add(call.Type, call.Id, call.Payload, call);
                return;
            }
        }

        throw new ChannelBrokenException(_break, mayHaveRun: false);
    }

    private void Forget(ChannelCall call)
    {
        lock (_calls)
        {
            _calls.Remove(call.Id);
        }
    }

    // Asks the machine to end it and waits a moment for the word that it has, so that normally nothing runs on behind our back.
    private async Task StopAsync(ChannelCall call)
    {
        _outgoing.Add(FrameType.Stop, call.Id, default);
        await Task.WhenAny(call.Ended, Task.Delay(StopGrace)).ConfigureAwait(false);
    }

    private async Task<TReply> AwaitWatchfullyAsync<TReply>(AnsweredCall<TReply> call, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // Its time runs from when the machine has it. Until the hello, the connection's own limit counts.
        await Task.WhenAny(_hello.Task, call.Ended).WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await call.Reply.WaitAsync(timeout + AnswerSlack, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!call.Ended.IsCompleted)
        {
        }

        // It is being ended, which takes as long as its processes need; but is there anyone to end it?
        while (!call.Ended.IsCompleted)
        {
            if (!await AnswersAsync(ProbeTime, cancellationToken).ConfigureAwait(false))
            {
                GiveUp("it does not answer any more");
            }

            await Task.WhenAny(call.Ended, Task.Delay(ProbeTime, cancellationToken)).ConfigureAwait(false);
        }

        return await call.Reply.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Read()
    {
        try
        {
            var reader = new FrameReader(_process.Output, NoteSign);
            if (reader.SkipPast(ChannelProgram.Greeting, MaxLoginNoise))
            {
                while (reader.TryRead(out var type, out var id, out var payload))
                {
                    Dispatch(type, id, payload);
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException)
        {
            // What there is to say about it is in the process's last words.
        }

        _ = BreakAtEndAsync();
    }

    private void Write()
    {
        try
        {
            _outgoing.WriteTo(_process.Input);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The reader sees the end as well, and knows why.
        }
    }

    private void Dispatch(FrameType type, uint id, ReadOnlyMemory<byte> payload)
    {
        if (type == FrameType.Hello)
        {
            _hello.TrySetResult();
            return;
        }

        ChannelCall? call;
        lock (_calls)
        {
            _calls.TryGetValue(id, out call);
        }

        if (type != FrameType.Pong)
        {
            call?.OnFrame(type, payload);
        }
    }

    private void NoteSign()
    {
        Interlocked.Exchange(ref _lastSign, DateTime.UtcNow.Ticks);
        Interlocked.Exchange(ref _nextSign, null)?.TrySetResult();
    }

    private async Task WatchAsync()
    {
        try
        {
            await _hello.Task.WaitAsync(_options.ConnectTimeout, _closing.Token).ConfigureAwait(false);
            using var timer = new PeriodicTimer(_options.PingInterval);
            var missed = 0;
            while (await timer.WaitForNextTickAsync(_closing.Token).ConfigureAwait(false))
            {
                var silence = DateTime.UtcNow.Ticks - Interlocked.Read(ref _lastSign);
                missed = silence > _options.PingInterval.Ticks ? missed + 1 : 0;
                if (missed >= _options.MissedPings)
                {
                    GiveUp("it does not answer any more");
                    return;
                }

                _outgoing.Add(FrameType.Ping, 0, default);
            }
        }
        catch (TimeoutException)
        {
            // Ended before it is judged: what has not left by then never will.
            _verdict = Unreachable($"no answer within {_options.ConnectTimeout.TotalSeconds:0.#} seconds");
            await _process.EndAsync(atOnce: true).ConfigureAwait(false);
            Break(_verdict, stalled: true);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task BreakAtEndAsync()
    {
        var exitCode = await _process.WaitAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        Break(_verdict ?? ConnectionFailure.Interpret(_machine, _process.ErrorTail, exitCode), stalled: _verdict is not null);
    }

    private ConnectionFailedException Unreachable(string reason) => new($"No connection to '{_machine}': {reason}.") { Target = _machine };

    private void Break(AgentworksException error, bool stalled)
    {
        ChannelCall[] calls;
        ChannelBreak why;
        lock (_calls)
        {
            if (_break is not null)
            {
                return;
            }

            var established = _hello.Task.IsCompletedSuccessfully;
            var notReached = _command.IsLocal || (_command.ReachedMarker is not null && !_process.Reached);
            var nothingRan = !established && (error is not ConnectionFailedException || (notReached && _process.HasEnded));
            _break = why = new ChannelBreak(error, established, nothingRan, stalled);
            calls = [.. _calls.Values];
            _calls.Clear();
        }

        _closing.Cancel();
        _outgoing.Complete();
        _ = _process.EndAsync();
        foreach (var call in calls)
        {
            call.Fail(new ChannelBrokenException(why, mayHaveRun: call.Sent && !why.NothingRan));
        }
    }
}
