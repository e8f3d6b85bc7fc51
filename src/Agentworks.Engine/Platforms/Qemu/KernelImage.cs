using System.Buffers.Binary;

namespace Agentworks.Platforms.Qemu;

/// <summary>
/// Takes the kernel itself out of the file that boot loaders take. Started as it is, it need not unpack itself, which costs a translated
/// processor seconds.
/// </summary>
internal static class KernelImage
{
    private static readonly byte[] Elf = [0x7f, (byte)'E', (byte)'L', (byte)'F'];

    /// <summary>Writes the kernel, or the file as it is where its packing is not known.</summary>
    public static void Unpack(string packed, string kernel)
    {
        var bytes = File.ReadAllBytes(packed);
        using var output = new MemoryStream();
        try
        {
            if (Payload(bytes) is { } payload && Lz4.Is(payload.Span))
            {
                Lz4.Unpack(payload.Span, output);
            }
        }
        catch (InvalidDataException)
        {
            output.SetLength(0);
        }

        var whole = output.Length > 4 && output.GetBuffer().AsSpan(0, 4).SequenceEqual(Elf);
        File.WriteAllBytes(kernel, whole ? output.ToArray() : bytes);
    }

    /// <summary>As the boot protocol of Linux on x86 has it: after the sectors of the set-up come the packed bytes, at an offset and of a length that the header tells.</summary>
    private static ReadOnlyMemory<byte>? Payload(byte[] bytes)
    {
        if (bytes.Length < 0x250 || !bytes.AsSpan(0x202, 4).SequenceEqual("HdrS"u8))
        {
            return null;
        }

        var sectors = bytes[0x1f1] == 0 ? 4 : bytes[0x1f1];
        var offset = (sectors + 1) * 512L + BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(0x248));
        var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(0x24c));
        return offset + length <= bytes.Length ? bytes.AsMemory((int)offset, (int)length) : null;
    }
}
