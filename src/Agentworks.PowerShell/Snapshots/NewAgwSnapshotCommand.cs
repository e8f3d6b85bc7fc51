using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;
using Agentworks.Snapshots;

namespace Agentworks.PowerShell;

/// <summary>Saves workspaces as they are now.</summary>
[Cmdlet(VerbsCommon.New, "AgwSnapshot", SupportsShouldProcess = true)]
[OutputType(typeof(AgwSnapshot))]
public sealed class NewAgwSnapshotCommand : LimitedCommand
{
    /// <summary>Unique in the workspace; made from the time when not given.</summary>
    [Parameter(Position = 0)]
    public string? Name { get; set; }

    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[] Workspace { get; set; } = [];

    /// <summary>Also the memory of a workspace's own machine, where its platform can.</summary>
    [Parameter]
    public SwitchParameter IncludeMemory { get; set; }

    protected override void Process()
    {
        foreach (var (workspace, input) in FindWorkspaces(Workspace))
        {
            if (Approves($"{workspace.Name} on {workspace.Vm}", Name is null ? "Create snapshot" : $"Create snapshot {Name}"))
            {
                var request = new NewSnapshot { Workspace = workspace.Name, Name = Name, Memory = IncludeMemory };
                ForInput(input, () => WriteObject(Await(stop => Engine.Snapshots.CreateAsync(request, Sink, stop))));
            }
        }
    }
}
