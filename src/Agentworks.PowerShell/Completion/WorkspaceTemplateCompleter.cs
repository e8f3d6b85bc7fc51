using System.Collections;

namespace Agentworks.PowerShell.Completion;

/// <summary>Names of the workspace templates in the configuration.</summary>
internal sealed class WorkspaceTemplateCompleter : EngineCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(AgentworksEngine engine, IDictionary given) =>
        engine.Config.Get().WorkspaceTemplates.Select(name => (name, $"workspace template {name}"));
}
