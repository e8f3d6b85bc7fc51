using System.Buffers.Binary;

namespace Agentworks.Jobs;

/// <summary>Takes the frames of jobs-read.pl out of pieces of bytes.</summary>
internal sealed class JobFrameParser(Func<JobFrame, ValueTask> onFrame)
{
    private const int Header = 23;
    private byte[] _pending = new byte[128 << 10];
    private int _length;

    public async ValueTask FeedAsync(ReadOnlyMemory<byte> data)
    {
        if (_length + data.Length > _pending.Length)
        {
            Array.Resize(ref _pending, Math.Max(_pending.Length * 2, _length + data.Length));
        }

        data.CopyTo(_pending.AsMemory(_length));
        _length += data.Length;
        var at = 0;
        while (_length - at >= Header)
        {
            var length = (int)BinaryPrimitives.ReadUInt32BigEndian(_pending.AsSpan(at + 3));
            if (_length - at < Header + length)
            {
                break;
            }

            await onFrame(Read(at, length)).ConfigureAwait(false);
            at += Header + length;
        }

        Buffer.BlockCopy(_pending, at, _pending, 0, _length - at);
        _length -= at;
    }

    private JobFrame Read(int at, int length)
    {
        var head = _pending.AsSpan(at, Header);
        return new JobFrame(
            BinaryPrimitives.ReadUInt16BigEndian(head),
            head[2],
            BinaryPrimitives.ReadInt64BigEndian(head[7..]),
            BinaryPrimitives.ReadInt64BigEndian(head[15..]),
            _pending.AsMemory(at + Header, length));
    }
}
