using System.Collections;

namespace Agentworks.PowerShell.Completion;

/// <summary>Names of agents, of the machine on the line, or of the workspace's, if there is one.</summary>
internal sealed class AgentCompleter : EngineCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(AgentworksEngine engine, IDictionary given)
    {
        var workspace = given["Workspace"] is string name ? engine.Workspaces.List().FirstOrDefault(w => w.Name == name) : null;
        return from agent in engine.Agents.List()
               where Fits(given, "Vm", agent.Vm) && (workspace is null || workspace.Vm == agent.Vm)
               select (agent.Name, $"{agent.Name} on {agent.Vm}: {(agent.AllWorkspaces ? "all workspaces" : string.Join(", ", agent.Workspaces))}");
    }
}
