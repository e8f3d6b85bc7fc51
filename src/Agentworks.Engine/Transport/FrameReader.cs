using System.Buffers.Binary;

namespace Agentworks.Transport;

/// <summary>Frames out of a byte stream. Blocks; for one thread.</summary>
internal sealed class FrameReader(Stream stream, Action onBytes)
{
    public const int HeaderLength = 9;
    private const int MaxPayload = 64 << 20;

    private byte[] _buffer = new byte[128 << 10];
    private int _start;
    private int _end;

    /// <summary>False when the stream ended, or more than <paramref name="limit"/> bytes came, without the marker.</summary>
    public bool SkipPast(ReadOnlySpan<byte> marker, int limit)
    {
        while (true)
        {
            var at = _buffer.AsSpan(_start, _end - _start).IndexOf(marker);
            if (at >= 0)
            {
                _start += at + marker.Length;
                return true;
            }

            var noise = Math.Max(0, _end - _start - marker.Length + 1);
            _start += noise;
            limit -= noise;
            if (limit < 0 || !Fill(marker.Length))
            {
                return false;
            }
        }
    }

    /// <summary>The next frame; false at the end. The payload is valid until the next call.</summary>
    public bool TryRead(out FrameType type, out uint id, out ReadOnlyMemory<byte> payload)
    {
        (type, id, payload) = (default, 0, default);
        if (!Ensure(HeaderLength))
        {
            return false;
        }

        var header = _buffer.AsSpan(_start, HeaderLength);
        type = (FrameType)header[0];
        id = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        var length = BinaryPrimitives.ReadUInt32BigEndian(header[5..]);
        if (length > MaxPayload)
        {
            throw new InvalidDataException("The machine sent what is no frame.");
        }

        if (!Ensure(HeaderLength + (int)length))
        {
            return false;
        }

        payload = _buffer.AsMemory(_start + HeaderLength, (int)length);
        _start += HeaderLength + (int)length;
        return true;
    }

    private bool Ensure(int count)
    {
        while (_end - _start < count)
        {
            if (!Fill(count))
            {
                return false;
            }
        }

        return true;
    }

    private bool Fill(int count)
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }

        if (_start + count > _buffer.Length || _end == _buffer.Length)
        {
            var target = count > _buffer.Length ? new byte[Math.Max(count, _buffer.Length * 2)] : _buffer;
            Buffer.BlockCopy(_buffer, _start, target, 0, _end - _start);
            (_buffer, _end, _start) = (target, _end - _start, 0);
        }

        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        if (read <= 0)
        {
            return false;
        }

        _end += read;
        onBytes();
        return true;
    }
}
