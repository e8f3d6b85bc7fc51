using System.Buffers;
using System.Buffers.Binary;

namespace Agentworks.Transport;

/// <summary>Frames on their way out. Anyone adds, one thread writes; whatever has gathered meanwhile goes out in one write.</summary>
internal sealed class FrameQueue
{
    private const int BatchBytes = 256 << 10;
    private readonly Queue<Item> _items = new();
    private bool _completed;

    /// <summary>Adds bytes that are no frame.</summary>
    public void AddRaw(byte[] bytes) => Add(new Item(null, bytes, null, null));

    /// <param name="type">Kind of frame.</param>
    /// <param name="id">Stream id.</param>
    /// <param name="payload">Must stay as it is until written.</param>
    /// <param name="call">When given, the frame goes out only if the call was not withdrawn, and marks it as sent.</param>
    /// <param name="rented">An array to give back to the shared pool after the write.</param>
    public void Add(FrameType type, uint id, ReadOnlyMemory<byte> payload, ChannelCall? call = null, byte[]? rented = null)
    {
        var header = new byte[FrameReader.HeaderLength];
        header[0] = (byte)type;
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(1), id);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(5), (uint)payload.Length);
        Add(new Item(header, payload, call, rented));
    }

    /// <summary>No more will be written; whatever is still here is dropped.</summary>
    public void Complete()
    {
        lock (_items)
        {
            _completed = true;
            _items.Clear();
            Monitor.PulseAll(_items);
        }
    }

    /// <summary>Writes until completed. Runs on its own thread, because a pipe's write blocks when the far end stalls.</summary>
    public void WriteTo(Stream stream)
    {
        var batch = new ArrayBufferWriter<byte>(BatchBytes);
        while (Fill(batch, out var large))
        {
            if (batch.WrittenCount > 0)
            {
                stream.Write(batch.WrittenSpan);
            }

            if (!large.IsEmpty)
            {
                stream.Write(large.Span);
            }

            stream.Flush();
            batch.ResetWrittenCount();
        }
    }

    private void Add(Item item)
    {
        lock (_items)
        {
            if (!_completed)
            {
                _items.Enqueue(item);
                Monitor.Pulse(_items);
            }
        }
    }

    private bool Fill(ArrayBufferWriter<byte> batch, out ReadOnlyMemory<byte> large)
    {
        large = default;
        lock (_items)
        {
            while (_items.Count == 0 && !_completed)
            {
                Monitor.Wait(_items);
            }

            while (large.IsEmpty && batch.WrittenCount < BatchBytes && _items.TryDequeue(out var item))
            {
                if (item.Call is { } call && !call.TryMarkSent())
                {
                    continue;
                }

                batch.Write(item.Header);
                if (item.Payload.Length > BatchBytes)
                {
                    large = item.Payload;
                }
                else
                {
                    batch.Write(item.Payload.Span);
                }

                if (item.Rented is not null)
                {
                    ArrayPool<byte>.Shared.Return(item.Rented);
                }
            }

            return !_completed;
        }
    }

    private sealed record Item(byte[]? Header, ReadOnlyMemory<byte> Payload, ChannelCall? Call, byte[]? Rented);
}
