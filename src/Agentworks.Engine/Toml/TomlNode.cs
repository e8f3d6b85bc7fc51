namespace Agentworks.Toml;

/// <summary>A value in a document. Never changes.</summary>
public abstract class TomlNode
{
    private protected TomlNode(TomlPath path, TomlPlace place)
    {
        Path = path;
        Place = place;
    }

    public abstract TomlKind Kind { get; }

    public TomlPath Path { get; }

    /// <summary>Where the value begins; for a table with a header of its own, where its last name stands in that header.</summary>
    public TomlPlace Place { get; }
}
