using System.Buffers;
using System.Buffers.Binary;

namespace Agentworks.Files;

/// <summary>Requests for files.pl, as frames. The letters and flags are those that its head explains.</summary>
internal static class FileRequests
{
    public const uint NoMode = uint.MaxValue;

    /// <summary>As it would be, but whoever may read it may run it.</summary>
    public const uint Runnable = uint.MaxValue - 1;

    public static byte[] Root(string root, bool confined, bool withoutOpenat2 = false) =>
        Frame('I', writer => writer.Byte((byte)((confined ? 1 : 0) | (withoutOpenat2 ? 2 : 0))).Path(root));

    public static byte[] List(ListFiles request, string path, bool literal) => Frame('L', writer =>
    {
        writer.Byte((byte)((request.Recurse ? 1 : 0) | (request.Hidden ? 2 : 0) | (request.Itself ? 4 : 0) | (request.Only switch
        {
            Model.AgwFileKind.File => 8,
            Model.AgwFileKind.Directory => 16,
            _ => 0,
        })));
        writer.Number((uint)Math.Clamp(request.Depth ?? int.MaxValue, 0, int.MaxValue));
        writer.Text(request.Filter is null or "" or "*" ? string.Empty : FilePattern.ToExpression(request.Filter));
        foreach (var (pattern, text) in Pieces(path, literal))
        {
            writer.Byte(pattern ? (byte)1 : (byte)0);
            _ = pattern ? writer.Text(text) : writer.Path(text);
        }
    });

    public static byte[] Read(ReadFile request, string path) => Frame('R', writer => writer
        .Long(request.Offset).Long(request.Length ?? long.MaxValue).Number((uint)(request.First ?? 0)).Number((uint)(request.Last ?? 0)).Path(path));

    public static byte[] ReadTree(string path, bool recurse) => Frame('D', writer => writer.Byte(recurse ? (byte)1 : (byte)0).Path(path));

    public static byte[] Base(string path, string name, bool always) => Frame('B', writer => writer.Byte(always ? (byte)2 : (byte)1).Path(name).Path(path));

    public static byte[] Write(WriteFlags flags, uint mode, string owner, string expected, string path) =>
        Frame('W', writer => writer.Byte((byte)flags).Number(mode).Text(owner).Text(expected).Path(path));

    public static byte[] EndOfFile { get; } = Frame('c', _ => { });

    public static byte[] EndOfRound(byte[] hash) => Frame('h', writer => writer.Raw(System.Text.Encoding.ASCII.GetBytes(Convert.ToHexString(hash).ToLowerInvariant())));

    public static byte[] Folder(WriteFlags flags, uint mode, string path) => Frame('K', writer => writer.Byte((byte)flags).Number(mode).Path(path));

    public static byte[] Link(WriteFlags flags, string target, string path) => Frame('S', writer => writer.Byte((byte)flags).Path(target).Path(path));

    public static byte[] Move(string from, string to, bool mustBeNew) => Frame('M', writer => writer.Byte(mustBeNew ? (byte)2 : (byte)0).Path(from).Path(to));

    public static byte[] Remove(string path, bool recurse) => Frame('O', writer => writer.Byte(recurse ? (byte)1 : (byte)0).Path(path));

    public static byte[] EndOfAll { get; } = Frame('.', _ => { });


    /// <summary>Steps of a path that hold wildcards, and the paths between them.</summary>
    private static IEnumerable<(bool Pattern, string Text)> Pieces(string path, bool literal)
    {
        if (literal || !FilePattern.IsPattern(path))
        {
            yield return (false, literal ? path : FilePattern.Unescape(path));
            yield break;
        }

        var plain = path.StartsWith('/') ? "/" : string.Empty;
        foreach (var step in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!FilePattern.IsPattern(step))
            {
                plain = MachinePath.Combine(plain, FilePattern.Unescape(step));
                continue;
            }

            if (plain.Length > 0)
            {
                yield return (false, plain);
                plain = string.Empty;
            }

            yield return (true, FilePattern.ToExpression(step));
        }

        if (plain.Length > 0)
        {
            yield return (false, plain);
        }
    }

    private static byte[] Frame(char type, Action<Writer> fill)
    {
        var writer = new Writer();
        fill(writer);
        var payload = writer.Written;
        var frame = new byte[5 + payload.Length];
        frame[0] = (byte)type;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)payload.Length);
        payload.CopyTo(frame.AsSpan(5));
        return frame;
    }

    private sealed class Writer
    {
        private readonly ArrayBufferWriter<byte> _buffer = new();

        public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

        public Writer Byte(byte value) => Raw([value]);

        public Writer Number(uint value)
        {
            BinaryPrimitives.WriteUInt32BigEndian(_buffer.GetSpan(4), value);
            _buffer.Advance(4);
            return this;
        }

        public Writer Long(long value)
        {
            BinaryPrimitives.WriteInt64BigEndian(_buffer.GetSpan(8), value);
            _buffer.Advance(8);
            return this;
        }

        public Writer Path(string path)
        {
            var bytes = MachinePath.Encode(path);
            return Number((uint)bytes.Length).Raw(bytes);
        }

        public Writer Text(string text) => Path(text);

        public Writer Raw(ReadOnlySpan<byte> bytes)
        {
            _buffer.Write(bytes);
            return this;
        }
    }
}
