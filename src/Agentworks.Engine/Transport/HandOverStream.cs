using System.Threading.Channels;

namespace Agentworks.Transport;

/// <summary>
/// Bytes from one who writes to one who reads, in this process: few are under way at any time, so the writer waits for the reader. The
/// reader's side is the stream itself.
/// </summary>
internal sealed class HandOverStream : Stream
{
    // Pieces are at most 64 KiB, as the channel delivers them.
    private const int PiecesAhead = 32;
    private readonly Channel<byte[]> _pieces = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(PiecesAhead) { SingleReader = true, SingleWriter = true });
    private ReadOnlyMemory<byte> _rest;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Copies a piece and waits for room.</summary>
    /// <exception cref="OperationCanceledException">The reader has gone.</exception>
    public async ValueTask PutAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        try
        {
            await _pieces.Writer.WriteAsync(data.ToArray(), cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            throw new OperationCanceledException("The reader has gone.", e);
        }
    }

    /// <summary>Nothing more comes; with <paramref name="error"/>, the reader meets it after what came before.</summary>
    public void End(Exception? error = null) => _pieces.Writer.TryComplete(error);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_rest.IsEmpty)
        {
            if (!await _pieces.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                return 0;
            }

            if (_pieces.Reader.TryRead(out var piece))
            {
                _rest = piece;
            }
        }

        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
