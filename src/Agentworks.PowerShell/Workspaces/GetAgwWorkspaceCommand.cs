using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Lists workspaces.</summary>
[Cmdlet(VerbsCommon.Get, "AgwWorkspace")]
[OutputType(typeof(AgwWorkspace))]
public sealed class GetAgwWorkspaceCommand : AgentworksCommand
{
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[]? Name { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[]? Vm { get; set; }

    /// <summary>Those that the agent may enter.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AgentCompleter))]
    public AgentArgument[]? Agent { get; set; }

    protected override void Process()
    {
        var vms = Narrow(Vm, FindVms);
        var agents = Narrow(Agent, FindAgents);
        foreach (var (workspace, _) in FindWorkspaces(NamesToGet(Name, name => new WorkspaceArgument(name), Vm is not null || Agent is not null)))
        {
            if (vms?.Contains(workspace.Vm) != false && agents?.Overlaps(workspace.Agents) != false)
            {
                WriteObject(workspace);
            }
        }
    }
}
