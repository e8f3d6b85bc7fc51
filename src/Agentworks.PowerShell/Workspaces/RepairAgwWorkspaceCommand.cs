using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Puts right what is not as declared of workspaces' folders, users and groups. What is right is left alone.</summary>
[Cmdlet(VerbsDiagnostic.Repair, "AgwWorkspace", SupportsShouldProcess = true)]
[OutputType(typeof(AgwInitialization))]
public sealed class RepairAgwWorkspaceCommand : AgentworksCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[] Name { get; set; } = [];

    protected override void Process()
    {
        foreach (var (workspace, input) in FindWorkspaces(Name))
        {
            if (Approves($"{workspace.Name} on {workspace.Vm}", "Repair workspace"))
            {
                ForInput(input, () => WriteObject(Await(stop => Engine.WorkspaceUpkeep.RepairAsync(workspace.Name, Sink, stop))));
            }
        }
    }
}
