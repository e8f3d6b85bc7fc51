namespace Agentworks.Config;

/// <summary>Everything that templates can name to be installed: what is built in, and over it what the configuration defines.</summary>
public sealed record Catalog
{
    internal const string ResourceName = "built-in-catalog.toml";

    public required IReadOnlyDictionary<string, AptSource> AptSources { get; init; }
    public required IReadOnlyDictionary<string, AptPackageSet> AptPackages { get; init; }

    /// <summary>Run once for a machine, by its admin.</summary>
    public required IReadOnlyDictionary<string, InstallCommand> SystemInstallCommands { get; init; }

    /// <summary>Run for each user.</summary>
    public required IReadOnlyDictionary<string, InstallCommand> UserInstallCommands { get; init; }

    /// <param name="below">What the section adds to; null when it is the built-in catalog itself.</param>
    internal static Catalog Read(ConfigSection root, Catalog? below)
    {
        var sources = Merge(below?.AptSources, root.Children("apt_sources").Select(AptSource.Read));
        return new Catalog
        {
            AptSources = sources,
            AptPackages = Merge(below?.AptPackages, root.Children("apt_packages").Select(s => AptPackageSet.Read(s, n => ConfigRules.Defined(n, "apt source", sources.Keys)))),
            SystemInstallCommands = Merge(below?.SystemInstallCommands, root.Children("system_install_commands").Select(InstallCommand.Read)),
            UserInstallCommands = Merge(below?.UserInstallCommands, root.Children("user_install_commands").Select(InstallCommand.Read)),
        };
    }

    private static Dictionary<string, T> Merge<T>(IReadOnlyDictionary<string, T>? below, IEnumerable<T> entries)
        where T : CatalogEntry
    {
        var merged = below is null ? new Dictionary<string, T>(StringComparer.Ordinal) : new Dictionary<string, T>(below, StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            var origin = below is null ? CatalogOrigin.BuiltIn
                : below.ContainsKey(entry.Name) ? CatalogOrigin.ConfigOverBuiltIn
                : CatalogOrigin.Config;
            merged[entry.Name] = entry with { Origin = origin };
        }

        return merged;
    }
}
