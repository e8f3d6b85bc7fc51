using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;
using Agentworks.Snapshots;

namespace Agentworks.PowerShell;

/// <summary>Brings workspaces back to snapshots of theirs. What is in them now is lost, unless it is saved before.</summary>
[Cmdlet(VerbsData.Restore, "AgwSnapshot", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(AgwSnapshot))]
public sealed class RestoreAgwSnapshotCommand : LimitedCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SnapshotCompleter))]
    public SnapshotArgument Name { get; set; } = null!;

    /// <summary>Needed when several workspaces have a snapshot of that name.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument? Workspace { get; set; }

    /// <summary>First save what is there now, in a snapshot named after the time.</summary>
    [Parameter]
    public SwitchParameter Checkpoint { get; set; }

    /// <summary>Then remove the snapshots that were made since, on the line that the restored one begins.</summary>
    [Parameter]
    public SwitchParameter RemoveNewer { get; set; }

    /// <summary>Stop sessions and end processes that stand in it.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>How long they have to end by themselves: seconds, or a TimeSpan.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Write the snapshot.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        foreach (var (snapshot, input) in FindSnapshots([Name], Narrow(Workspace is null ? null : [Workspace], FindWorkspaces), one: true))
        {
            if (!Approves($"{snapshot.Workspace} on {snapshot.Vm}", $"Restore snapshot {snapshot.Name}"))
            {
                continue;
            }
            var request = new RestoreSnapshot
            {
                Workspace = snapshot.Workspace,
                Name = snapshot.Name,
                Checkpoint = Checkpoint,
                RemoveNewer = RemoveNewer,
                Stop = Force ? Timeout : null,
            };
            ForInput(input, () =>
            {
                var restored = Await(stop => Engine.Snapshots.RestoreAsync(request, Sink, stop));
                if (PassThru)
                {
                    WriteObject(restored);
                }
            });
        }
    }
}
