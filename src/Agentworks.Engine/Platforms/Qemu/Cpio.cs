using System.Globalization;
using System.Text;

namespace Agentworks.Platforms.Qemu;

/// <summary>Writes an archive of files as the kernel reads it from an initrd: cpio in its "new" form.</summary>
internal sealed class Cpio(Stream output)
{
    private const uint RegularFile = 0x8000 | 0x1ed;
    private int count;

    public void Add(string name, byte[] content) => Write(name, RegularFile, content);

    /// <summary>Nothing comes after it.</summary>
    public void End() => Write("TRAILER!!!", 0, []);

    private void Write(string name, uint mode, byte[] content)
    {
        var bytes = Encoding.ASCII.GetBytes(name + "\0");
        long[] fields = [++count, mode, 0, 0, 1, 0, content.Length, 0, 0, 0, 0, bytes.Length, 0];
        var head = "070701" + string.Concat(fields.Select(f => f.ToString("X8", CultureInfo.InvariantCulture)));
        output.Write(Encoding.ASCII.GetBytes(head));
        output.Write(bytes);
        Pad(head.Length + bytes.Length);
        output.Write(content);
        Pad(content.Length);
    }

    private void Pad(long length) => output.Write(new byte[(4 - (length % 4)) % 4]);
}
