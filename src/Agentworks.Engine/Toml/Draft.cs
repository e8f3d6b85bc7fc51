namespace Agentworks.Toml;

/// <summary>A node while the document is being read.</summary>
internal abstract class Draft
{
    public abstract TomlNode Build();
}
