namespace Agentworks.Config;

/// <summary>Where a catalog entry comes from.</summary>
public enum CatalogOrigin
{
    BuiltIn,
    Config,

    /// <summary>From the configuration, in place of a built-in entry of the same name.</summary>
    ConfigOverBuiltIn,
}
