using System.Management.Automation;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Removes snapshots. The workspaces and all other snapshots stay.</summary>
[Cmdlet(VerbsCommon.Remove, "AgwSnapshot", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveAgwSnapshotCommand : LimitedCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SnapshotCompleter))]
    public SnapshotArgument[] Name { get; set; } = [];

    /// <summary>Needed when several workspaces have a snapshot of that name.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument? Workspace { get; set; }

    protected override void Process()
    {
        foreach (var (snapshot, input) in FindSnapshots(Name, Narrow(Workspace is null ? null : [Workspace], FindWorkspaces), one: true))
        {
            if (Approves($"{snapshot.Name} of {snapshot.Workspace} on {snapshot.Vm}", "Remove snapshot"))
            {
                ForInput(input, () => Await(stop => Engine.Snapshots.RemoveAsync(snapshot.Workspace, snapshot.Name, Sink, stop)));
            }
        }
    }
}
