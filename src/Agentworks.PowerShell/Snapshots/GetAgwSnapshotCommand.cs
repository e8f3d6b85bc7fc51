using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Lists snapshots of workspaces with their sizes, machine by machine as each answers.</summary>
[Cmdlet(VerbsCommon.Get, "AgwSnapshot")]
[OutputType(typeof(AgwSnapshot))]
public sealed class GetAgwSnapshotCommand : AgentworksCommand
{
    // Found while the pipeline runs and measured together at its end: one question per machine, however many objects came.
    private readonly Dictionary<string, AgwSnapshot> _found = new(StringComparer.Ordinal);

    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SnapshotCompleter))]
    public SnapshotArgument[]? Name { get; set; }

    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[]? Workspace { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[]? Vm { get; set; }

    /// <summary>Ask no machine; sizes stay empty then.</summary>
    [Parameter]
    public SwitchParameter NoSize { get; set; }

    protected override void Process()
    {
        var vms = Narrow(Vm, FindVms);
        var workspaces = Narrow(Workspace, FindWorkspaces);
        var names = NamesToGet(Name, name => new SnapshotArgument(name), Vm is not null || Workspace is not null);
        foreach (var (snapshot, _) in FindSnapshots(names?.Cast<SnapshotArgument>(), workspaces))
        {
            if (vms?.Contains(snapshot.Vm) == false || !_found.TryAdd(snapshot.Id, snapshot))
            {
                continue;
            }
            if (NoSize)
            {
                WriteObject(snapshot);
            }
        }
    }

    protected override void End()
    {
        if (!NoSize && _found.Count > 0)
        {
            Stream(stop => Engine.Snapshots.MeasureAsync([.. _found.Values], Sink, stop), snapshot => WriteObject(snapshot));
        }
    }
}
