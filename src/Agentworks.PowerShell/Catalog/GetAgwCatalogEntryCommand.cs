using System.Management.Automation;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Lists what templates can name to be installed.</summary>
[Cmdlet(VerbsCommon.Get, "AgwCatalogEntry")]
[OutputType(typeof(AgwCatalogEntry))]
public sealed class GetAgwCatalogEntryCommand : AgentworksCommand
{
    /// <summary>Names or patterns; a name may stand for several entries of different types.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CatalogCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    [Parameter]
    [ValidateSet("apt-source", "apt-package", "system-install-cmd", "user-install-cmd")]
    public string[]? Type { get; set; }

    /// <summary>Where the entry comes from: the module, or config.toml.</summary>
    [Parameter]
    [ValidateSet("built-in", "custom")]
    public string? Source { get; set; }

    protected override void Process()
    {
        var entries = Try(Engine.Catalog.List).Where(entry => Is(Type, entry.Type) && (Source is null || Is([Source], entry.Source))).ToList();
        foreach (var name in Name ?? ["*"])
        {
            var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            var found = entries.Where(entry => pattern.IsMatch(entry.Name)).ToList();
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteFailure(new NotFoundException("Catalog entry", name) { Target = name, Recommendation = "Get-AgwCatalogEntry lists them." }, name);
            }
            WriteObject(found, enumerateCollection: true);
        }
    }

    private static bool Is(string[]? wanted, string value) => wanted is null || wanted.Contains(value, StringComparer.OrdinalIgnoreCase);
}
