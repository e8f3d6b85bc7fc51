using System.Buffers;
using System.Buffers.Binary;

namespace Agentworks.Transport;

/// <summary>A command under way: collects its output or streams it, and feeds its input.</summary>
internal sealed class CommandCall : AnsweredCall<RemoteResult>
{
    private const int Chunk = 64 << 10;
    private readonly Stream? _input;
    private readonly CreditGate _inputCredit = new(CommandFrame.Window);
    private readonly MemoryStream?[] _kept = new MemoryStream?[2];
    private readonly Func<OutputChunk, ValueTask>? _onOutput;
    private readonly OutputProgress _progress;
    private LiveOutput? _live;

    public CommandCall(ReadOnlyMemory<byte> frame, Stream? input, Func<OutputChunk, ValueTask>? onOutput, OutputProgress progress)
        : base(FrameType.Run, frame)
    {
        (_input, _onOutput, _progress) = (input, onOutput, progress);
    }

    /// <summary>True once a byte of the input was read: it cannot simply be sent again.</summary>
    public bool InputTouched { get; private set; }

    /// <summary>Ends when the handler has seen all that came, whether the call succeeded or not.</summary>
    public Task Handled => _live?.Finished ?? Task.CompletedTask;

    /// <summary>Makes ready for output; before the frame is queued.</summary>
    public void Prepare(MachineChannel channel)
    {
        if (_onOutput is not null)
        {
            _live = new LiveOutput(_onOutput, _progress, bytes => channel.Grant(this, bytes));
            _ = WatchHandlerAsync(_live.Finished);
        }
    }

    /// <summary>Sends the input; right after the frame was queued.</summary>
    public Task PumpAsync(MachineChannel channel, CancellationToken cancellationToken) =>
        _input is null ? Task.CompletedTask : PumpInputAsync(_input, channel, cancellationToken);

    public override void OnFrame(FrameType frame, ReadOnlyMemory<byte> data)
    {
        switch (frame)
        {
            case FrameType.Output:
                Take(OutputStream.Output, data.Span);
                break;
            case FrameType.Error:
                Take(OutputStream.Error, data.Span);
                break;
            case FrameType.Window:
                _inputCredit.Add(BinaryPrimitives.ReadUInt32BigEndian(data.Span));
                break;
            case FrameType.Result:
                Finish(data.Span);
                break;
            case FrameType.Fault:
                Fail(ReadFault(data.Span));
                break;
            default:
                throw new InvalidDataException($"The machine sent a frame of kind {(byte)frame} for a command.");
        }
    }

    public override void Fail(Exception exception)
    {
        base.Fail(exception);
        _live?.Complete();
    }

    private void Take(OutputStream stream, ReadOnlySpan<byte> data)
    {
        if (_live is not null)
        {
            _live.Add(stream, data);
            return;
        }

        (_kept[(int)stream] ??= new MemoryStream()).Write(data);
    }

    private void Finish(ReadOnlySpan<byte> data)
    {
        var result = new RemoteResult
        {
            TimedOut = (data[0] & 1) != 0,
            Replayed = (data[0] & 2) != 0,
            ExitCode = data[1],
            Signal = data[2] == 0 ? null : data[2],
            OutputLength = BinaryPrimitives.ReadInt64BigEndian(data[3..]),
            ErrorLength = BinaryPrimitives.ReadInt64BigEndian(data[11..]),
            Output = Kept(OutputStream.Output),
            Error = Kept(OutputStream.Error),
        };
        if (_live is null)
        {
            Succeed(result);
        }
        else
        {
            _live.Complete();
            _ = SucceedAfterAsync(_live.Finished, result);
        }
    }

    private ReadOnlyMemory<byte> Kept(OutputStream stream) =>
        _kept[(int)stream] is { } kept ? kept.GetBuffer().AsMemory(0, (int)kept.Length) : default;

    private async Task SucceedAfterAsync(Task handled, RemoteResult result)
    {
        await handled.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (handled.IsCompletedSuccessfully)
        {
            Succeed(result);
        }
    }

    private async Task WatchHandlerAsync(Task handled)
    {
        try
        {
            await handled.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            base.Fail(new HandlerFailedException(e));
        }
    }

    private async Task PumpInputAsync(Stream input, MachineChannel channel, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var allowed = await _inputCredit.TakeAsync(Chunk, cancellationToken).ConfigureAwait(false);
                var buffer = ArrayPool<byte>.Shared.Rent(Chunk);
                InputTouched = true;
                var read = await input.ReadAsync(buffer.AsMemory(0, allowed), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    channel.Send(FrameType.EndOfInput, this, default);
                    return;
                }

                channel.Send(FrameType.Input, this, buffer.AsMemory(0, read), buffer);
                _inputCredit.Add(allowed - read);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The command has ended without it.
        }
        catch (Exception e)
        {
            Fail(new HandlerFailedException(e));
        }
    }
}
