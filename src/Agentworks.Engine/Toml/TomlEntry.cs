namespace Agentworks.Toml;

/// <summary>A key of a table with its value.</summary>
/// <param name="Key">Unquoted and unescaped.</param>
/// <param name="Place">Where the key was first written; the value has its own place.</param>
public sealed record TomlEntry(string Key, TomlPlace Place, TomlNode Value);
