namespace Agentworks.Toml;

/// <summary>A value that is whole: a scalar, an array or an inline table. Nothing can be added to it.</summary>
internal sealed class ValueDraft(TomlNode value) : Draft
{
    public override TomlNode Build() => value;
}
