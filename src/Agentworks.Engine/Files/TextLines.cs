using System.Text;

namespace Agentworks.Files;

/// <summary>Cuts bytes that come in pieces into lines, which end with a line feed, with or without a carriage return before it.</summary>
/// <param name="how">The encoding, and how many bytes to leave out first.</param>
/// <param name="first">Only so many lines.</param>
/// <param name="last">Only so many of the last lines.</param>
internal sealed class TextLines((Encoding Encoding, int Skip) how, int? first = null, int? last = null)
{
    private readonly Decoder _decoder = how.Encoding.GetDecoder();
    private readonly StringBuilder _line = new();
    private readonly Queue<string> _kept = new();
    private int _skip = how.Skip;
    private int _count;
    private char[] _characters = [];

    /// <summary>The lines that are whole now.</summary>
    public IReadOnlyList<string> Add(ReadOnlyMemory<byte> data)
    {
        var skipped = Math.Min(_skip, data.Length);
        _skip -= skipped;
        return Decode(data.Span[skipped..], flush: false);
    }

    /// <summary>What is left at the end.</summary>
    public IEnumerable<string> Finish()
    {
        var lines = Decode([], flush: true).ToList();
        if (_line.Length > 0)
        {
            lines.AddRange(Keep(_line.ToString()));
        }

        return last is null ? lines : _kept;
    }

    private List<string> Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        var needed = how.Encoding.GetMaxCharCount(bytes.Length) + 2;
        if (_characters.Length < needed)
        {
            _characters = new char[needed];
        }

        var text = _characters.AsSpan(0, _decoder.GetChars(bytes, _characters, flush));
        var lines = new List<string>();
        int end;
        while ((end = text.IndexOf('\n')) >= 0)
        {
            _line.Append(text[..end]);
            if (_line.Length > 0 && _line[^1] == '\r')
            {
                _line.Length--;
            }

            lines.AddRange(Keep(_line.ToString()));
            _line.Clear();
            text = text[(end + 1)..];
        }

        _line.Append(text);
        return lines;
    }

    private IEnumerable<string> Keep(string line)
    {
        if (last is { } wanted)
        {
            _kept.Enqueue(line);
            if (_kept.Count > wanted)
            {
                _kept.Dequeue();
            }

            return [];
        }

        return first is null || _count++ < first ? [line] : [];
    }
}
