using System.Text;
using Agentworks.Errors;

namespace Agentworks.Files;

/// <summary>
/// Paths on a machine as text. A file's name there is bytes, of which only / and zero mean anything: what is not UTF-8 becomes lone
/// surrogates (U+DC80 to U+DCFF for the bytes 80 to FF), so that every name comes back as exactly the bytes that it was.
/// </summary>
public static class MachinePath
{
    private const int Longest = 4095;

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (bytes.Length > 0)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var used);
            if (status == System.Buffers.OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else
            {
                used = 1;
                text.Append((char)(0xDC00 + bytes[0]));
            }

            bytes = bytes[used..];
        }

        return text.ToString();
    }

    public static byte[] Encode(string path)
    {
        var bytes = new MemoryStream(path.Length);
        Span<byte> buffer = stackalloc byte[4];
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] is >= '\uDC80' and <= '\uDCFF' && (i == 0 || !char.IsHighSurrogate(path[i - 1])))
            {
                bytes.WriteByte((byte)(path[i] - 0xDC00));
            }
            else if (Rune.TryGetRuneAt(path, i, out var rune))
            {
                bytes.Write(buffer[..rune.EncodeToUtf8(buffer)]);
                i += rune.Utf16SequenceLength - 1;
            }
            else
            {
                throw new InvalidRequestException("The path holds half a character.") { Target = path };
            }
        }

        return bytes.ToArray();
    }

    public static bool IsAbsolute(string path) => path.StartsWith('/');

    /// <summary>The last name of a path; nothing for the root.</summary>
    public static string Name(string path)
    {
        path = path.TrimEnd('/');
        return path[(path.LastIndexOf('/') + 1)..];
    }

    public static string Combine(string folder, string name) =>
        folder.Length == 0 || IsAbsolute(name) ? name : name.Length == 0 ? folder : folder.EndsWith('/') ? folder + name : $"{folder}/{name}";

    /// <summary>Without empty steps and steps to itself; steps up stay, because only the machine knows where they lead.</summary>
    /// <exception cref="InvalidRequestException">No file can have that path.</exception>
    public static string Normalize(string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            throw new InvalidRequestException("The path holds a zero byte, which no path can.") { Target = path };
        }

        var steps = path.Split('/').Where(step => step.Length > 0 && step != ".");
        var plain = (IsAbsolute(path) ? "/" : string.Empty) + string.Join('/', steps);
        return Encode(plain).Length <= Longest
            ? plain
            : throw new InvalidRequestException($"The path is too long: a path can have {Longest} bytes.") { Target = path };
    }

    /// <summary>A path as the machine is to be told it: below the root where it is confined to that.</summary>
    /// <param name="path">Relative to the root, or absolute.</param>
    /// <param name="root">The workspace's folder.</param>
    /// <param name="confined">Whether nothing outside of the root may be meant.</param>
    /// <exception cref="PathOutsideException">It is an absolute path that does not begin with the root.</exception>
    public static string Resolve(string path, string root, bool confined)
    {
        var plain = Normalize(path);
        if (!IsAbsolute(plain) || !confined)
        {
            return plain;
        }

        return plain == root ? string.Empty
            : plain.StartsWith(root + "/", StringComparison.Ordinal) ? plain[(root.Length + 1)..]
            : throw new PathOutsideException(path);
    }
}
