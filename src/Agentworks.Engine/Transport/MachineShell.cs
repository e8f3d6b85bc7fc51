using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Agentworks.Errors;

namespace Agentworks.Transport;

/// <summary>
/// A machine over one channel at a time: connects at the first use, again after a break, and settles with the machine what became
/// of operations that were under way. Thread-safe.
/// </summary>
public sealed class MachineShell : IMachineShell
{
    private static readonly TimeSpan ProbeTime = TimeSpan.FromSeconds(3);
    private readonly ChannelCommand _command;
    private readonly ChannelOptions _options;
    private readonly object _lock = new();
    private MachineChannel? _channel;
    private bool _disposed;

    /// <summary>Connects to nothing yet.</summary>
    public MachineShell(ChannelCommand command, ChannelOptions? options = null)
    {
        (_command, _options) = (command, options ?? Patient(command.Patience));
    }

    private static ChannelOptions Patient(TimeSpan? patience) =>
        patience is { } time ? new ChannelOptions { ConnectTimeout = time, ReconnectTime = time } : new ChannelOptions();

    /// <inheritdoc />
    /// <remarks>With a handler, all output is delivered: <see cref="RemoteCommand.MaxOutputBytes"/> limits only what is kept.</remarks>
    public async Task<RemoteResult> RunAsync(
        RemoteCommand command, Func<OutputChunk, ValueTask>? onOutput, CancellationToken cancellationToken)
    {
        var progress = new OutputProgress();
        var inputStart = command.Input is { CanSeek: true } seekable ? seekable.Position : (long?)null;
        var retries = new Retries(this, command.OperationId is not null, command.Timeout, asks: false);
        var askOnly = false;
        while (true)
        {
            var frame = CommandFrame.Encode(command, onOutput is not null, retries.MayHaveRun || command.MayHaveRun, askOnly);
            var call = new CommandCall(frame, askOnly ? null : command.Input, onOutput, progress);
            try
            {
                var channel = await OpenAsync(cancellationToken).ConfigureAwait(false);
                return await channel.ExecuteAsync(call, command.Timeout, cancellationToken).ConfigureAwait(false);
            }
            catch (HandlerFailedException e)
            {
                ExceptionDispatchInfo.Throw(e.InnerException!);
            }
            catch (ChannelBrokenException broken)
            {
                await retries.NextAsync(broken, cancellationToken).ConfigureAwait(false);
            }

            await call.Handled.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (inputStart is { } start)
            {
                command.Input!.Position = start;
            }
            else if (call.InputTouched)
            {
                askOnly = retries.CanAsk ? true : throw retries.NotAgain();
            }
        }
    }

    /// <inheritdoc />
    public async Task<string> EvaluateAsync(string perl, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var frame = CommandFrame.EncodeQuestion(perl, arguments);
        var retries = new Retries(this, repeatable: true, timeout: null, asks: true);
        while (true)
        {
            try
            {
                var channel = await OpenAsync(cancellationToken).ConfigureAwait(false);
                return await channel.ExecuteAsync(new QuestionCall(frame), timeout: null, cancellationToken).ConfigureAwait(false);
            }
            catch (ChannelBrokenException broken)
            {
                await retries.NextAsync(broken, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        MachineChannel? channel;
        lock (_lock)
        {
            _disposed = true;
            (channel, _channel) = (_channel, null);
        }

        if (channel is not null)
        {
            await channel.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<MachineChannel> OpenAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            MachineChannel channel;
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                if (_channel is not { Broken: null })
                {
                    _channel = MachineChannel.Start(_command, _options);
                }

                channel = _channel;
            }

            // Nothing is sent over a line that may be dead: a command of unknown outcome is worse than one more round trip.
            if (!channel.IsDoubtful || await channel.AnswersAsync(ProbeTime, cancellationToken).ConfigureAwait(false))
            {
                return channel;
            }

            channel.GiveUp("it does not answer any more");
        }
    }

    /// <summary>Decides after a break whether one call may be sent again.</summary>
    private sealed class Retries(MachineShell shell, bool repeatable, TimeSpan? timeout, bool asks)
    {
        private readonly long _started = Stopwatch.GetTimestamp();
        private long _firstBreak;
        private int _count;
        private bool _wasConnected;
        private ChannelBrokenException? _last;

        /// <summary>True when an earlier attempt may have reached the machine.</summary>
        public bool MayHaveRun { get; private set; }

        /// <summary>True when the machine can be asked for the outcome without running anything.</summary>
        public bool CanAsk => repeatable && MayHaveRun;

        /// <summary>Waits for the moment to try again.</summary>
        /// <exception cref="AgentworksException">There is none.</exception>
        public async Task NextAsync(ChannelBrokenException broken, CancellationToken cancellationToken)
        {
            _last = broken;
            MayHaveRun |= broken.MayHaveRun;
            _wasConnected |= broken.Why.Established;
            _firstBreak = _count == 0 ? Stopwatch.GetTimestamp() : _firstBreak;
            var worthIt = _wasConnected || MayHaveRun;
            var outOfTime = Stopwatch.GetElapsedTime(_firstBreak) > shell._options.ReconnectTime
                || (broken.Why.Stalled && timeout is { } limit && Stopwatch.GetElapsedTime(_started) > limit);
            if (broken.Why.Final || !worthIt || (MayHaveRun && !repeatable) || outOfTime || ++_count > shell._options.Reconnects)
            {
                throw NotAgain();
            }

            await Task.Delay(TimeSpan.FromMilliseconds(250 * (_count - 1)), cancellationToken).ConfigureAwait(false);
        }

        public AgentworksException NotAgain()
        {
            var error = (AgentworksException)_last!.InnerException!;
            // A question changes nothing: there is no outcome to be unsure of.
            return MayHaveRun && !asks
                ? new OutcomeUnknownException($"The connection broke while the command was under way. {error.Message}", error) { Target = error.Target }
                : error;
        }
    }
}
