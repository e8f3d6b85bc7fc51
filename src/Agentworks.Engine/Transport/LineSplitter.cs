using System.Buffers;
using System.Text;

namespace Agentworks.Transport;

/// <summary>Turns pieces of bytes into lines of text. A line longer than the limit is handed on in parts, so that memory stays bounded.</summary>
public sealed class LineSplitter(Action<string> onLine, int limit = 1 << 20)
{
    private readonly ArrayBufferWriter<byte> _pending = new();

    public void Feed(ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            var end = data.IndexOf((byte)'\n');
            var part = end < 0 ? data : data[..end];
            _pending.Write(part);
            data = end < 0 ? default : data[(end + 1)..];
            if (end >= 0 || _pending.WrittenCount >= limit)
            {
                Emit();
            }
        }
    }

    /// <summary>Hands on what has no line end.</summary>
    public void Finish()
    {
        if (_pending.WrittenCount > 0)
        {
            Emit();
        }
    }

    private void Emit()
    {
        var text = Encoding.UTF8.GetString(_pending.WrittenSpan);
        _pending.ResetWrittenCount();
        onLine(text.EndsWith('\r') ? text[..^1] : text);
    }
}
