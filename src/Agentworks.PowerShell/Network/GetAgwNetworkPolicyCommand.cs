using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Tells what dedicated workspaces may reach, and whether exactly that is in force right now.</summary>
[Cmdlet(VerbsCommon.Get, "AgwNetworkPolicy")]
[OutputType(typeof(AgwNetworkPolicy))]
public sealed class GetAgwNetworkPolicyCommand : AgentworksCommand
{
    /// <summary>All that have a policy when not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(DedicatedWorkspaceCompleter))]
    public WorkspaceArgument[]? Workspace { get; set; }

    protected override void Process()
    {
        if (Workspace is null && MyInvocation.ExpectingInput)
        {
            return;
        }
        foreach (var (workspace, input) in FindWorkspaces(Workspace))
        {
            // A pattern means those that have one.
            if ((Workspace is not null && !Workspace.All(name => name.IsPattern)) || Engine.NetworkPolicies.IsSupported(workspace))
            {
                ForInput(input, () => WriteObject(Await(stop => Engine.NetworkPolicies.GetAsync(workspace.Name, stop))));
            }
        }
    }
}
