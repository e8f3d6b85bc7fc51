using Agentworks.Config;
using Agentworks.Errors;

namespace Agentworks.Provisioning;

/// <summary>
/// Packages from Debian and from other repositories. What was placed or installed is recorded on the machine, under
/// /etc/agentworks/apt, so that what is no longer declared goes exactly.
/// </summary>
public static class AptSteps
{
    /// <summary>The catalog's entry for mise: what users' tools come with. Overridden like any other entry.</summary>
    public const string Mise = "mise";

    /// <param name="catalog">Has every name in <paramref name="sets"/>.</param>
    /// <param name="packages">Debian's own.</param>
    /// <param name="sets">Names of <see cref="Catalog.AptPackages"/>.</param>
    /// <exception cref="InvalidRequestException">Two sources would be one file.</exception>
    public static IReadOnlyList<ProvisionStep> Create(Catalog catalog, IReadOnlyList<string> packages, IReadOnlyList<string> sets)
    {
        var chosen = sets.Distinct(StringComparer.Ordinal).Select(name => catalog.AptPackages[name]).ToList();
        var sources = Sources(catalog, chosen);
        return
        [
            Sources(sources),
            .. sources.Select(Source),
            Packages("apt-packages", packages.Concat(chosen.SelectMany(set => set.Apt)), addOnly: false),
        ];
    }

    /// <summary>mise, for a user who comes after the machine was initialized.</summary>
    public static IReadOnlyList<ProvisionStep> CreateMise(Catalog catalog) => CreateOne(catalog, Mise, "mise");

    /// <summary>Adds one set to a machine, whatever else it has. The program on the machine already will do, wherever it came from.</summary>
    public static IReadOnlyList<ProvisionStep> CreateOne(Catalog catalog, string set, string program) =>
    [
        .. Sources(catalog, [catalog.AptPackages[set]]).Select(Source).Append(Packages("apt-packages:" + set, catalog.AptPackages[set].Apt, addOnly: true))
            .Select(step => step with { Check = $"! command -v {program} >/dev/null || return 0\n{step.Check}" }),
    ];

    private static List<AptSource> Sources(Catalog catalog, IReadOnlyList<AptPackageSet> sets)
    {
        var sources = sets.SelectMany(set => set.AptSources).Distinct(StringComparer.Ordinal).Select(name => catalog.AptSources[name]).ToList();
        var shared = sources.GroupBy(source => source.SourceFile, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        return shared is null
            ? sources
            : throw new InvalidRequestException($"The apt sources {string.Join(" and ", shared.Select(source => source.Name))} have the same source_file '{shared.Key}'.")
            {
                Target = shared.Key,
                Recommendation = "Give each a source_file of its own in config.toml.",
            };
    }

    private static ProvisionStep Sources(List<AptSource> declared) => new(
        "apt-sources",
        "agw_check_strays",
        "agw_remove_strays",
        Fatal: false,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["agw_declared"] = string.Join(' ', declared.Select(source => source.Name)) })
    {
        Functions = EmbeddedText.Read("apt-sources.sh"),
    };

    private static ProvisionStep Source(AptSource source) => new(
        "apt-source:" + source.Name,
        "agw_check_source",
        "agw_apply_source",
        Fatal: false,
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["agw_name"] = source.Name,
            ["agw_key_url"] = source.KeyUrl,
            ["agw_key_path"] = source.KeyPath,
            ["agw_unpack"] = source.KeyDearmor ? "yes" : "no",
            ["agw_line"] = source.Source,
            ["agw_file"] = "/etc/apt/sources.list.d/" + source.SourceFile,
        })
    {
        Functions = EmbeddedText.Read("apt-sources.sh"),
        Limit = TimeSpan.FromMinutes(10),
    };

    private static ProvisionStep Packages(string name, IEnumerable<string> packages, bool addOnly) => new(
        name,
        "agw_check_packages",
        "agw_apply_packages",
        Fatal: false,
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["agw_packages"] = string.Join(' ', packages.Distinct(StringComparer.Ordinal)),
            ["agw_add_only"] = addOnly ? "yes" : string.Empty,
        })
    {
        Functions = EmbeddedText.Read("apt-packages.sh"),
        Limit = PackageStep.Limit,
    };
}
