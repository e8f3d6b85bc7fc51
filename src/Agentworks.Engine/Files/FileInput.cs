namespace Agentworks.Files;

/// <summary>Requests as a stream that is made while it is read, and can be made again from its beginning.</summary>
internal sealed class FileInput(Func<CancellationToken, IAsyncEnumerable<ReadOnlyMemory<byte>>> make, CancellationToken cancellationToken) : Stream
{
    private IAsyncEnumerator<ReadOnlyMemory<byte>>? _pieces;
    private ReadOnlyMemory<byte> _rest;
    private bool _ended;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    /// <summary>Can be set to the beginning only.</summary>
    public override long Position
    {
        get => 0;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(value, 0);
            _pieces = null;
            _rest = default;
            _ended = false;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken token = default)
    {
        _pieces ??= make(cancellationToken).GetAsyncEnumerator(cancellationToken);
        var read = 0;
        while (read < buffer.Length && !_ended)
        {
            if (_rest.IsEmpty)
            {
                // The piece before is used up: its memory may be used again.
                if (!await _pieces.MoveNextAsync().ConfigureAwait(false))
                {
                    _ended = true;
                    await _pieces.DisposeAsync().ConfigureAwait(false);
                    break;
                }

                _rest = _pieces.Current;
                continue;
            }

            var part = Math.Min(_rest.Length, buffer.Length - read);
            _rest[..part].CopyTo(buffer[read..]);
            _rest = _rest[part..];
            read += part;
        }

        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void Flush() => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
