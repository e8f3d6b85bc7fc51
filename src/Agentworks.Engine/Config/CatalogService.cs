using Agentworks.Errors;
using Agentworks.Model;

namespace Agentworks.Config;

/// <summary>The catalog as objects.</summary>
public sealed class CatalogService(ConfigService config)
{
    /// <summary>All entries, type by type, and by name.</summary>
    /// <exception cref="ConfigException">The configuration is wrong; says where.</exception>
    public IReadOnlyList<AgwCatalogEntry> List()
    {
        var catalog = config.Load().Catalog;
        return
        [
            .. Entries(catalog.AptSources, "apt-source", (source, entry) => entry with
            {
                KeyUrl = source.KeyUrl,
                KeyPath = source.KeyPath,
                KeyDearmor = source.KeyDearmor,
                SourceLine = source.Source,
                SourceFile = source.SourceFile,
            }),
            .. Entries(catalog.AptPackages, "apt-package", (set, entry) => entry with { Apt = set.Apt, AptSources = set.AptSources }),
            .. Entries(catalog.SystemInstallCommands, "system-install-cmd", Install),
            .. Entries(catalog.UserInstallCommands, "user-install-cmd", Install),
        ];
    }

    private static AgwCatalogEntry Install(InstallCommand command, AgwCatalogEntry entry) => entry with
    {
        Command = command.Command,
        Path = command.Path,
        TestExec = command.TestExec,
        TestFile = command.TestFile,
        TestDir = command.TestDir,
    };

    private static IEnumerable<AgwCatalogEntry> Entries<T>(
        IReadOnlyDictionary<string, T> entries, string type, Func<T, AgwCatalogEntry, AgwCatalogEntry> complete)
        where T : CatalogEntry =>
        entries.Values.OrderBy(entry => entry.Name, StringComparer.Ordinal).Select(entry => complete(entry, new AgwCatalogEntry
        {
            Name = entry.Name,
            Type = type,
            Source = entry.Origin == CatalogOrigin.BuiltIn ? "built-in" : "custom",
            Overrides = entry.Origin == CatalogOrigin.ConfigOverBuiltIn,
            Description = entry.Description,
        }));
}
