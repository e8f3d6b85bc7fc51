using System.Collections;
using Agentworks.Model;

namespace Agentworks.PowerShell.Completion;

<<<<<<< HEAD
/// <summary>Names of workspaces that have a machine of their own.</summary>
=======
/// <summary>Names of workspaces with a machine of their own.</summary>
>>>>>>> main
internal sealed class DedicatedWorkspaceCompleter : EngineCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(AgentworksEngine engine, IDictionary given) =>
        from workspace in engine.Workspaces.List()
        where workspace.Isolation == WorkspaceIsolation.Dedicated
<<<<<<< HEAD
        select (workspace.Name, $"{workspace.Name}: {workspace.Image} on {workspace.Platform}");
=======
        select (workspace.Name, $"{workspace.Name} on {workspace.Platform}");
>>>>>>> main
}
