namespace Agentworks.Toml;

/// <summary>What made a table: it decides who may add to it later.</summary>
internal enum TableOrigin
{
    /// <summary>Named only on the way to another table's header; may still get a header of its own.</summary>
    Implied,

    /// <summary>Its own header; no second one.</summary>
    Header,

    /// <summary>A dotted key, or braces; other dotted keys of the same place may add to it, no header may.</summary>
    Dotted,
}
