using System.Collections;

namespace Agentworks.PowerShell.Completion;

/// <summary>Names of workspaces whose records are missing or half made.</summary>
internal sealed class OrphanCompleter : EngineCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(AgentworksEngine engine, IDictionary given)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        return engine.Adoption.NamesAsync(limit.Token).GetAwaiter().GetResult().Select(name => (name, name));
    }
}
