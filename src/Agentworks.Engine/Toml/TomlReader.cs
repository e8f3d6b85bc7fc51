namespace Agentworks.Toml;

/// <summary>
/// The module's own TOML 1.0 reader. Its limits: containers nest at most <see cref="MaxDepth"/> deep, integers have 64 bits, times are
/// cut to 100 ns, and neither the year 0 nor a leap second can be written.
/// </summary>
public sealed class TomlReader : ITomlReader
{
    /// <summary>The longest key path, each array index counted as one step. It bounds the recursion of everything that walks a document.</summary>
    public const int MaxDepth = 128;

    public TomlTable Read(string file, ReadOnlySpan<byte> content)
        => new DocumentParser(new TomlCursor(file, TomlDecoder.Decode(file, content))).Parse();
}
