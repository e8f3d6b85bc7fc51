using System.Text;
using Agentworks.Errors;

namespace Agentworks.Toml;

/// <summary>UTF-8 to text. Invalid bytes are an error with their place, never replaced.</summary>
internal static class TomlDecoder
{
    public static string Decode(string file, ReadOnlySpan<byte> content)
    {
        if (content.StartsWith(Encoding.UTF8.Preamble))
        {
            content = content[Encoding.UTF8.Preamble.Length..];
        }

        var bad = System.Text.Unicode.Utf8.IsValid(content) ? -1 : FirstInvalid(content);
        if (bad < 0)
        {
            return Encoding.UTF8.GetString(content);
        }

        var before = content[..bad];
        var line = before.Count((byte)'\n') + 1;
        var column = Encoding.UTF8.GetString(before[(before.LastIndexOf((byte)'\n') + 1)..]).EnumerateRunes().Count() + 1;
        throw new ConfigException(file, line, column, null, $"byte 0x{content[bad]:X2} is not valid UTF-8.")
        {
            Target = file,
            Recommendation = "Save the file as UTF-8.",
        };
    }

    private static int FirstInvalid(ReadOnlySpan<byte> content)
    {
        var offset = 0;
        while (offset < content.Length)
        {
            if (Rune.DecodeFromUtf8(content[offset..], out _, out var length) != System.Buffers.OperationStatus.Done)
            {
                return offset;
            }

            offset += length;
        }

        return -1;
    }
}
