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

    /// <summary>Also make a fork independent of its snapshot, which may be removed then.</summary>
    [Parameter]
    public SwitchParameter Promote { get; set; }

    protected override void Process()
    {
        foreach (var (workspace, input) in FindWorkspaces(Name))
        {
            if (Approves($"{workspace.Name} on {workspace.Vm}", Promote ? "Repair workspace and promote it" : "Repair workspace"))
            {
                ForInput(input, () =>
                {
                    WriteObject(Await(stop => Engine.WorkspaceUpkeep.RepairAsync(workspace.Name, Sink, stop)));
                    if (Promote)
                    {
                        Await(stop => Engine.Snapshots.PromoteAsync(workspace.Name, Sink, stop));
                    }
                });
            }
        }
    }
}
