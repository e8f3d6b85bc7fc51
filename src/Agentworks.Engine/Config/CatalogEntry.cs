namespace Agentworks.Config;

/// <summary>Something that can be installed on a machine by its name.</summary>
public abstract record CatalogEntry
{
    public required string Name { get; init; }
    public required string Description { get; init; }
    public CatalogOrigin Origin { get; init; }
}
