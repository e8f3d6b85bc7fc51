using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Lists agents.</summary>
[Cmdlet(VerbsCommon.Get, "AgwAgent")]
[OutputType(typeof(AgwAgent))]
public sealed class GetAgwAgentCommand : AgentworksCommand
{
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AgentCompleter))]
    public AgentArgument[]? Name { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[]? Vm { get; set; }

    /// <summary>Those that may enter the workspace.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[]? Workspace { get; set; }

    protected override void Process()
    {
        var vms = Narrow(Vm, FindVms);
        var workspaces = Narrow(Workspace, FindWorkspaces);
        foreach (var (agent, _) in FindAgents(NamesToGet(Name, name => new AgentArgument(name), Vm is not null || Workspace is not null)))
        {
            if (vms?.Contains(agent.Vm) != false && workspaces?.Overlaps(agent.Workspaces) != false)
            {
                WriteObject(agent);
            }
        }
    }
}
