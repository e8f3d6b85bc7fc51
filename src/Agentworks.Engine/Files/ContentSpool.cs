using Agentworks.Transport;

namespace Agentworks.Files;

/// <summary>Gathers content that comes bit by bit: in memory while it is small, else in a private temporary file that goes with it.</summary>
public sealed class ContentSpool : IDisposable
{
    private const int InMemory = 1 << 20;
    private Stream _stream = new MemoryStream();

    public long Length => _stream.Length;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_stream is MemoryStream memory && memory.Length + bytes.Length > InMemory)
        {
            var file = Spool.CreateFile();
            memory.Position = 0;
            memory.CopyTo(file);
            _stream = file;
        }

        _stream.Write(bytes);
    }

    /// <summary>All of it, from its beginning. Valid until more is written.</summary>
    public Stream Rewind()
    {
        _stream.Position = 0;
        return _stream;
    }

    public void CopyTo(ContentSpool other)
    {
        var buffer = new byte[64 << 10];
        _stream.Position = 0;
        int read;
        while ((read = _stream.Read(buffer)) > 0)
        {
            other.Write(buffer.AsSpan(0, read));
        }
    }

    public void Clear() => _stream.SetLength(0);

    public void Dispose() => _stream.Dispose();
}
