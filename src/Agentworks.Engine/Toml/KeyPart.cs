namespace Agentworks.Toml;

/// <summary>One step of a dotted key.</summary>
internal sealed record KeyPart(string Name, TomlPlace Place);
