using System.Collections;

namespace Agentworks.PowerShell.Completion;

/// <summary>Names of the agent templates in the configuration.</summary>
internal sealed class AgentTemplateCompleter : EngineCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(AgentworksEngine engine, IDictionary given) =>
        engine.Config.Get().AgentTemplates.Select(name => (name, $"agent template {name}"));
}
