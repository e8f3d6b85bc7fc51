using Agentworks.Errors;

namespace Agentworks.Files;

/// <summary>Permissions as numbers and as text.</summary>
internal static class Permissions
{
    /// <summary>Such as rwxr-sr-x.</summary>
    public static string ToText(uint mode)
    {
        Span<char> text = stackalloc char[9];
        for (var i = 0; i < 9; i++)
        {
            text[i] = (mode & (0x100u >> i)) != 0 ? "rwx"[i % 3] : '-';
        }

        Special(text, 2, mode & 0x800, 's');
        Special(text, 5, mode & 0x400, 's');
        Special(text, 8, mode & 0x200, 't');
        return new string(text);
    }

    /// <summary>Four octal digits, such as 0644.</summary>
    public static string ToOctal(uint mode) => Convert.ToString(mode & 0xFFF, 8).PadLeft(4, '0');

    /// <exception cref="InvalidRequestException">It is no mode.</exception>
    public static uint Parse(string? mode) =>
        mode is null ? FileRequests.NoMode
        : mode.Length is 3 or 4 && mode.All(c => c is >= '0' and <= '7') ? Convert.ToUInt32(mode, 8)
        : throw new InvalidRequestException($"'{ShownName.Of(mode)}' is not a file mode such as 0644.") { Target = mode };

    private static void Special(Span<char> text, int at, uint set, char letter)
    {
        if (set != 0)
        {
            text[at] = text[at] == 'x' ? letter : char.ToUpperInvariant(letter);
        }
    }
}
