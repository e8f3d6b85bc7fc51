using System.Globalization;
using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;
using Agentworks.Snapshots;
using Agentworks.Workspaces;

namespace Agentworks.PowerShell;

/// <summary>Makes new workspaces with the files of another, as they are or as a snapshot has them, on the same machine or another one.</summary>
[Cmdlet(VerbsCommon.Copy, "AgwWorkspace", SupportsShouldProcess = true, DefaultParameterSetName = "Name")]
[OutputType(typeof(AgwWorkspace))]
public sealed class CopyAgwWorkspaceCommand : AgentworksCommand
{
    /// <summary>A workspace, or a snapshot of one.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument Source { get; set; } = null!;

    /// <summary>Of the copies.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = "Name")]
    public string[] Name { get; set; } = [];

    /// <summary>The copies are called so, with a number.</summary>
    [Parameter(ParameterSetName = "Count")]
    public string NamePrefix { get; set; } = "worker";

    [Parameter(Mandatory = true, ParameterSetName = "Count")]
    [ValidateRange(1, 500)]
    public int Count { get; set; }

    /// <summary>As the source was then; as it is now when not given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SnapshotCompleter))]
    public SnapshotArgument? Snapshot { get; set; }

    /// <summary>The machine of the source when not given.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument? Vm { get; set; }

    /// <summary>Let the machines of dedicated copies reach the internet, also where the source may not.</summary>
    [Parameter]
    public SwitchParameter AllowInternet { get; set; }

    /// <summary>Fail rather than wait for the rate limit.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    private IReadOnlyList<string> Names => ParameterSetName == "Name"
        ? Name
        : [.. Enumerable.Range(1, Count).Select(number => string.Create(CultureInfo.InvariantCulture, $"{NamePrefix}-{number}"))];

    protected override void Process()
    {
        // A snapshot names its workspace, and the workspace is what is copied.
        var piped = Source.Foreign == "Snapshot" ? new SnapshotArgument(Source.Input) : null;
        var named = piped is null ? Source : new WorkspaceArgument(Source.Owner);
        foreach (var (source, _) in FindWorkspaces([named]))
        {
            ForInput(Source.Input, () => Copy(source, piped ?? Snapshot));
        }
    }

    private void Copy(AgwWorkspace source, SnapshotArgument? snapshot)
    {
        if ((Vm?.GetProblem() ?? snapshot?.GetProblem()) is { } problem)
        {
            throw new EngineFailure(problem);
        }
        var from = snapshot is null ? source.Name : $"{source.Name} at {snapshot.Name}";
        string[] names = [.. Names.Distinct(StringComparer.Ordinal).Where(name => Approves($"{from} to {name} on {Vm?.Name ?? source.Vm}", "Copy workspace"))];
        if (Vm is not null && !string.Equals(Vm.Name, source.Vm, StringComparison.OrdinalIgnoreCase))
        {
            foreach (var name in names)
            {
                ForInput(name, () => WriteObject(Await(stop => Engine.WorkspaceCopier.CopyAsync(new CopyWorkspace(source.Name, name, Vm.Name, snapshot?.Name), Sink, stop))));
            }
        }
        else if (names.Length > 0)
        {
            foreach (var outcome in Await(stop => Engine.Forks.ForkAsync(new ForkWorkspace(source.Name, names, snapshot?.Name, AllowInternet) { NoWait = NoWait }, Sink, stop)))
            {
                if (outcome.Error is not null)
                {
                    WriteFailure(outcome.Error, outcome.Name);
                }
                else
                {
                    WriteObject(outcome.Value);
                }
            }
        }
    }
}
