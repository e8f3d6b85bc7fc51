using System.Collections;

namespace Agentworks.PowerShell.Completion;

/// <summary>Names of the session templates in the configuration.</summary>
internal sealed class SessionTemplateCompleter : EngineCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(AgentworksEngine engine, IDictionary given) =>
        engine.Config.Get().SessionTemplates.Select(name => (name, $"session template {name}"));
}
