namespace Agentworks.Toml;

/// <summary>An array, or an array of tables, in the order of the document.</summary>
public sealed class TomlArray : TomlNode
{
    internal TomlArray(TomlPath path, TomlPlace place, IReadOnlyList<TomlNode> items)
        : base(path, place)
        => Items = items;

    public IReadOnlyList<TomlNode> Items { get; }

    public override TomlKind Kind => TomlKind.Array;
}
