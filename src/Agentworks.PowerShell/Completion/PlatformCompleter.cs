using System.Collections;

namespace Agentworks.PowerShell.Completion;

/// <summary>Names of the platforms that machines can come from.</summary>
internal sealed class PlatformCompleter : EngineCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(AgentworksEngine engine, IDictionary given) =>
        engine.Platforms.All.Select(platform => (platform.Name, platform.Traits.OwnsMachine ? "Makes machines" : "Adopts an existing machine; see -Address"));
}
