namespace Agentworks.Config;

/// <summary>[apt_packages.NAME]: packages with the repositories that they come from.</summary>
public sealed record AptPackageSet : CatalogEntry
{
    public required IReadOnlyList<string> Apt { get; init; }

    /// <summary>Names of <see cref="Catalog.AptSources"/>.</summary>
    public required IReadOnlyList<string> AptSources { get; init; }

    internal static AptPackageSet Read(ConfigSection section, Func<string, string?> checkSource)
    {
        var read = new AptPackageSet
        {
            Name = section.Name,
            Description = section.Text("description") ?? string.Empty,
            Apt = section.Texts("apt", ConfigRules.AptPackage) ?? [],
            AptSources = section.Texts("apt_sources", checkSource) ?? [],
        };
        section.Finish();
        return read;
    }
}
