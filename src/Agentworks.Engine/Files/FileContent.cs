using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Agentworks.Files;

/// <summary>Content of files on its way to a machine.</summary>
internal static class FileContent
{
    private const int Chunk = 64 << 10;
    private const int Head = 5;

    /// <summary>The frames of a stream's rest. Each is valid until the next is asked for.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> FramesAsync(
        Stream content, IncrementalHash hash, Action<int>? onSent, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var frame = new byte[Head + Chunk];
        frame[0] = (byte)'d';
        int read;
        while ((read = await content.ReadAsync(frame.AsMemory(Head), cancellationToken).ConfigureAwait(false)) > 0)
        {
            hash.AppendData(frame, Head, read);
            BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)read);
            onSent?.Invoke(read);
            yield return frame.AsMemory(0, Head + read);
        }
    }
}
