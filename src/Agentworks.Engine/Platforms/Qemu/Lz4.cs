using System.Buffers.Binary;

namespace Agentworks.Platforms.Qemu;

/// <summary>Unpacks the LZ4 format that kernels are packed in: blocks of at most 8 MiB, each with its packed length before it.</summary>
internal static class Lz4
{
    private const uint Magic = 0x184C2102;
    private const int LargestBlock = 8 * 1024 * 1024;

    public static bool Is(ReadOnlySpan<byte> packed) => packed.Length > 4 && BinaryPrimitives.ReadUInt32LittleEndian(packed) == Magic;

    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static void Unpack(ReadOnlySpan<byte> packed, Stream output)
    {
        if (!Is(packed))
        {
            throw new InvalidDataException("It is not packed with LZ4.");
        }

        var block = new byte[LargestBlock];
        packed = packed[4..];
        try
        {
            // A kernel's payload ends with its unpacked length, which is no block.
            while (packed.Length > 4)
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian(packed);
                output.Write(block, 0, UnpackBlock(packed.Slice(4, length), block));
                packed = packed[(4 + length)..];
            }
        }
        catch (Exception e) when (e is IndexOutOfRangeException or ArgumentException)
        {
            throw new InvalidDataException("What is packed with LZ4 is damaged.", e);
        }
    }

    private static int UnpackBlock(ReadOnlySpan<byte> source, Span<byte> target)
    {
        int read = 0, written = 0;
        while (true)
        {
            var token = source[read++];
            var literals = Length(source, ref read, token >> 4);
            source.Slice(read, literals).CopyTo(target[written..]);
            read += literals;
            written += literals;
            if (read == source.Length)
            {
                return written;
            }

            var offset = BinaryPrimitives.ReadUInt16LittleEndian(source[read..]);
            read += 2;
            var match = Length(source, ref read, token & 15) + 4;
            if (offset == 0)
            {
                throw new InvalidDataException("An offset is zero.");
            }

            // What is copied may still be in the making: byte by byte where source and target overlap.
            if (offset >= match)
            {
                target.Slice(written - offset, match).CopyTo(target[written..]);
            }
            else
            {
                for (var i = 0; i < match; i++)
                {
                    target[written + i] = target[written - offset + i];
                }
            }

            written += match;
        }
    }

    private static int Length(ReadOnlySpan<byte> source, ref int read, int start)
    {
        var length = start;
        if (start == 15)
        {
            byte more;
            do
            {
                more = source[read++];
                length += more;
            }
            while (more == 255);
        }

        return length;
    }
}
