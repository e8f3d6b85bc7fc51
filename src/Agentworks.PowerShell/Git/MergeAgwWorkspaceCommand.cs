using System.Management.Automation;
using Agentworks.Git.Work;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Brings the commits of workspaces into another workspace.</summary>
[Cmdlet(VerbsData.Merge, "AgwWorkspace", SupportsShouldProcess = true)]
[OutputType(typeof(AgwMergeResult))]
public sealed class MergeAgwWorkspaceCommand : LimitedCommand
{
    private readonly Dictionary<string, object> _sources = new(StringComparer.Ordinal);

    /// <summary>Whose work; merged in the order in which they come.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[] Workspace { get; set; } = [];

    /// <summary>The workspace that gets it.</summary>
    [Parameter(Mandatory = true)]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument Into { get; set; } = null!;

    /// <summary>A string, because a field of an engine's enum would load the engine before there is a way to find it.</summary>
    [Parameter]
    [ValidateSet(nameof(MergeStrategy.Sequential), nameof(MergeStrategy.BranchPerSource), nameof(MergeStrategy.CherryPick))]
    public string Strategy { get; set; } = nameof(MergeStrategy.Sequential);

    /// <summary>Of the repository in all of them, from their roots; the root when not given.</summary>
    [Parameter]
    public string? Path { get; set; }

    /// <summary>Of the merge commits.</summary>
    [Parameter]
    public string? Message { get; set; }

    /// <summary>Take a snapshot of the target first.</summary>
    [Parameter]
    public SwitchParameter Checkpoint { get; set; }

    /// <summary>First commit what is in no commit yet in the sources.</summary>
    [Parameter]
    public SwitchParameter IncludeUncommitted { get; set; }

    /// <summary>Change nothing; say what would come of it, conflicts and all.</summary>
    [Parameter]
    public SwitchParameter Preview { get; set; }

    protected override void Process()
    {
        foreach (var (workspace, input) in FindWorkspaces(Workspace))
        {
            // A pattern may well mean the target too.
            var meant = !workspace.Name.Equals(Into.Name, StringComparison.OrdinalIgnoreCase) || Equals(input, Into.Name);
            if (meant && !_sources.ContainsKey(workspace.Name) && (Preview || Approves($"{workspace.Name} into {Into}", "Merge workspace")))
            {
                _sources.Add(workspace.Name, input);
            }
        }
    }

    protected override void End()
    {
        if (_sources.Count == 0 || FindWorkspaces([Into]) is not [var (into, _), ..])
        {
            return;
        }
        var request = new MergeWorkspaces
        {
            Sources = [.. _sources.Keys],
            Into = into.Name,
            Strategy = Enum.Parse<MergeStrategy>(Strategy, ignoreCase: true),
            Path = Path,
            Message = string.IsNullOrWhiteSpace(Message) ? null : Message,
            Checkpoint = Checkpoint,
            IncludeUncommitted = IncludeUncommitted,
            Preview = Preview,
        };
        foreach (var outcome in Await(stop => Engine.Merges.MergeAsync(request, Sink, stop)))
        {
            WriteObject(outcome.Result);
            if (outcome.Error is not null)
            {
                WriteFailure(outcome.Error, _sources[outcome.Result.Source]);
            }
        }
    }
}
