using System.Buffers.Binary;
using Agentworks.Errors;

namespace Agentworks.Files;

/// <summary>Puts together the frames of files.pl from the pieces in which they come.</summary>
internal sealed class FileAnswers(Func<char, ReadOnlyMemory<byte>, ValueTask> onAnswer)
{
    private const int Longest = 64 << 20;
    private readonly byte[] _head = new byte[5];
    private byte[] _payload = [];
    private int _headLength;
    private int _length;
    private int _have;

    public async ValueTask AddAsync(ReadOnlyMemory<byte> data)
    {
        while (data.Length > 0)
        {
            if (_headLength < _head.Length)
            {
                var head = Math.Min(_head.Length - _headLength, data.Length);
                data[..head].CopyTo(_head.AsMemory(_headLength));
                _headLength += head;
                data = data[head..];
                if (_headLength < _head.Length)
                {
                    return;
                }

                _length = (int)BinaryPrimitives.ReadUInt32BigEndian(_head.AsSpan(1));
                _have = 0;
                if (_length is < 0 or > Longest)
                {
                    throw new RemoteCommandException("The machine's answer makes no sense.");
                }

                if (_length > _payload.Length)
                {
                    _payload = new byte[Math.Max(_length, 4096)];
                }
            }

            // A whole frame in one piece need not be copied.
            if (_have == 0 && data.Length >= _length)
            {
                await FinishAsync(data[.._length]).ConfigureAwait(false);
                data = data[_length..];
                continue;
            }

            var part = Math.Min(_length - _have, data.Length);
            data[..part].CopyTo(_payload.AsMemory(_have));
            _have += part;
            data = data[part..];
            if (_have == _length)
            {
                await FinishAsync(_payload.AsMemory(0, _length)).ConfigureAwait(false);
            }
        }
    }

    private ValueTask FinishAsync(ReadOnlyMemory<byte> payload)
    {
        _headLength = 0;
        _have = 0;
        return onAnswer((char)_head[0], payload);
    }
}
