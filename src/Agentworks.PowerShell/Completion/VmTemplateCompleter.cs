using System.Collections;

namespace Agentworks.PowerShell.Completion;

/// <summary>Names of the vm templates in the configuration.</summary>
internal sealed class VmTemplateCompleter : EngineCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(AgentworksEngine engine, IDictionary given) =>
        engine.Config.Get().VmTemplates.Select(name => (name, $"vm template {name}"));
}
