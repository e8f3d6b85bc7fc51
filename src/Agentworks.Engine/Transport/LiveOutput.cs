using System.Buffers;
using System.Threading.Channels;

namespace Agentworks.Transport;

/// <summary>
/// Hands a command's output to its handler, piece by piece, on no thread of its own. What waits here is bounded by the window that
/// the machine may fill; used bytes give it room again.
/// </summary>
internal sealed class LiveOutput
{
    private readonly Func<OutputChunk, ValueTask> _handler;
    private readonly OutputProgress _progress;
    private readonly Action<int> _grant;
    private readonly long[] _skip;
    private readonly Channel<(OutputStream Stream, byte[] Buffer, int Length)> _pieces =
        Channel.CreateUnbounded<(OutputStream, byte[], int)>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    public LiveOutput(Func<OutputChunk, ValueTask> handler, OutputProgress progress, Action<int> grant)
    {
        (_handler, _progress, _grant) = (handler, progress, grant);
        _skip = [progress.Delivered[0], progress.Delivered[1]];
        Finished = ConsumeAsync();
    }

    /// <summary>Ends when everything was handled, or with the handler's exception.</summary>
    public Task Finished { get; }

    public void Add(OutputStream stream, ReadOnlySpan<byte> data)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(data.Length);
        data.CopyTo(buffer);
        if (!_pieces.Writer.TryWrite((stream, buffer, data.Length)))
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Complete() => _pieces.Writer.TryComplete();

    private async Task ConsumeAsync()
    {
        var used = 0;
        try
        {
            await foreach (var (stream, buffer, length) in _pieces.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                // After a reconnect the record starts from the beginning again.
                var known = (int)Math.Min(_skip[(int)stream], length);
                _skip[(int)stream] -= known;
                if (known < length)
                {
                    await _handler(new OutputChunk(stream, buffer.AsMemory(known, length - known))).ConfigureAwait(false);
                    _progress.Delivered[(int)stream] += length - known;
                }

                ArrayPool<byte>.Shared.Return(buffer);
                used += length;
                if (used >= CommandFrame.Window / 4)
                {
                    _grant(used);
                    used = 0;
                }
            }
        }
        finally
        {
            _pieces.Writer.TryComplete();
        }
    }
}
