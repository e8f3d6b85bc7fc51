using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Lists workspaces.</summary>
[Cmdlet(VerbsCommon.Get, "AgwWorkspace", DefaultParameterSetName = "Recorded")]
[OutputType(typeof(AgwWorkspace))]
public sealed class GetAgwWorkspaceCommand : AgentworksCommand
{
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = "Recorded")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[]? Name { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = "Recorded")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[]? Vm { get; set; }

    /// <summary>Those that the agent may enter.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = "Recorded")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AgentCompleter))]
    public AgentArgument[]? Agent { get; set; }

    /// <summary>Only shared ones, or only those with a machine of their own.</summary>
    [Parameter(ParameterSetName = "Recorded")]
    [ValidateSet("Shared", "Dedicated")]
    public string? Isolation { get; set; }

    /// <summary>Also ask whether the machines of dedicated ones run.</summary>
    [Parameter(ParameterSetName = "Recorded")]
    public SwitchParameter Status { get; set; }

    /// <summary>Instead, machines that carry our mark and have no record; Register-AgwWorkspace takes them back.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Orphaned")]
    public SwitchParameter Orphaned { get; set; }

    protected override void Process()
    {
        if (Orphaned)
        {
            WriteObject(Await(Engine.Adoption.FindAsync), enumerateCollection: true);
            return;
        }
        var vms = Narrow(Vm, FindVms);
        var agents = Narrow(Agent, FindAgents);
        var found = FindWorkspaces(NamesToGet(Name, name => new WorkspaceArgument(name), Vm is not null || Agent is not null)).Select(match => match.Item)
            .Where(workspace => vms?.Contains(workspace.Vm) != false && agents?.Overlaps(workspace.Agents) != false)
            .Where(workspace => Isolation is null || Isolation.Equals(workspace.Isolation.ToString(), StringComparison.OrdinalIgnoreCase));
        if (Status)
        {
            AgwWorkspace[] all = [.. found];
            Stream(stop => Engine.Dedicated.ObserveAsync(all, stop), WriteObject);
            return;
        }
        foreach (var workspace in found)
        {
            WriteObject(workspace);
        }
    }
}
