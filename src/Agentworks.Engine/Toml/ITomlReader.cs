namespace Agentworks.Toml;

/// <summary>Reads TOML 1.0. The one door to the format, so that a library could stand behind it.</summary>
public interface ITomlReader
{
    /// <param name="file">What errors call the source; nothing is opened.</param>
    /// <param name="content">The whole document in UTF-8.</param>
    /// <returns>The root table.</returns>
    /// <exception cref="Errors.ConfigException">The document is not valid TOML 1.0; says where and under which key.</exception>
    TomlTable Read(string file, ReadOnlySpan<byte> content);
}
