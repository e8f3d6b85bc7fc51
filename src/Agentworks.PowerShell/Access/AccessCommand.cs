using System.Management.Automation;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Collects which agents and which workspaces, so that each agent costs one call however they were piped.</summary>
public abstract class AccessCommand : AgentworksCommand
{
    private readonly Dictionary<string, HashSet<string>> _workspacesByAgent = new(StringComparer.Ordinal);

    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AgentCompleter))]
    public AgentArgument[] Agent { get; set; } = [];

    [Parameter(Mandatory = true, Position = 1, ParameterSetName = "Workspace", ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[] Workspace { get; set; } = [];

    /// <summary>Every workspace of the agent's machine, present and future.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "All")]
    public SwitchParameter All { get; set; }

    /// <summary>Also write what was granted or taken back.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        var workspaces = All ? [] : FindWorkspaces(Workspace).Select(match => match.Item.Name).ToList();
        if (!All && workspaces.Count == 0)
        {
            return;
        }
        foreach (var (agent, _) in FindAgents(Agent))
        {
            if (!_workspacesByAgent.TryGetValue(agent.Name, out var known))
            {
                _workspacesByAgent[agent.Name] = known = new HashSet<string>(StringComparer.Ordinal);
            }
            known.UnionWith(workspaces);
        }
    }

    protected override void End()
    {
        foreach (var (agent, workspaces) in _workspacesByAgent)
        {
            var what = All ? "all workspaces" : string.Join(", ", workspaces);
            if (Approves(agent, $"{Action} {what}"))
            {
                ForInput(agent, () => Change(agent, [.. workspaces]));
            }
        }
    }

    private protected abstract string Action { get; }

    private protected abstract void Change(string agent, IReadOnlyList<string> workspaces);
}
