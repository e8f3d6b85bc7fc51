using System.Collections;

namespace Agentworks.PowerShell.Completion;

/// <summary>Names of catalog entries; of one type when the line says so.</summary>
internal sealed class CatalogCompleter : EngineCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(AgentworksEngine engine, IDictionary given) =>
        engine.Catalog.List().Where(entry => Fits(given, "Type", entry.Type)).Select(entry => (entry.Name, $"{entry.Type}: {entry.Description}"));
}
