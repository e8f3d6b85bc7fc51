using System.Management.Automation;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Removes workspaces with their files.</summary>
[Cmdlet(VerbsCommon.Remove, "AgwWorkspace", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveAgwWorkspaceCommand : RemoveCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[] Name { get; set; } = [];

    protected override void Process()
    {
        foreach (var (workspace, input) in FindWorkspaces(Name))
        {
            if (!Approves($"{workspace.Name} on {workspace.Vm}", $"{Verb} workspace"))
            {
                continue;
            }
            Remove(input, workspace.Name, () =>
            {
                if (AgreesToCascade($"Workspace {workspace.Name}", (workspace.SessionCount, "session"), (workspace.JobCount, "job")))
                {
                    if (Force && !Forget)
                    {
                        Await(stop => Engine.Snapshots.PromoteForksAsync(workspace.Name, Sink, stop));
                    }
                    Await(stop => Forget
                        ? Engine.Forget.WorkspaceAsync(workspace.Name, Cascade, Force, Sink, stop)
                        : Engine.Workspaces.RemoveAsync(workspace.Name, Cascade, Sink, stop));
                }
            });
        }
    }
}
