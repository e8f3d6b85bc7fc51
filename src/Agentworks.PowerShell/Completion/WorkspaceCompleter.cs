using System.Collections;

namespace Agentworks.PowerShell.Completion;

/// <summary>Names of workspaces, of the machine on the line if there is one.</summary>
internal sealed class WorkspaceCompleter : EngineCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(AgentworksEngine engine, IDictionary given) =>
        from workspace in engine.Workspaces.List()
        where Fits(given, "Vm", workspace.Vm)
        select (workspace.Name, $"{workspace.Name} on {workspace.Vm}: {workspace.Path}");
}
