using System.Collections;
using Agentworks.Model;

namespace Agentworks.PowerShell.Completion;

/// <summary>Names of workspaces with a machine of their own.</summary>
internal sealed class DedicatedWorkspaceCompleter : EngineCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(AgentworksEngine engine, IDictionary given) =>
        from workspace in engine.Workspaces.List()
        where workspace.Isolation == WorkspaceIsolation.Dedicated
        select (workspace.Name, $"{workspace.Name} on {workspace.Platform}");
}
