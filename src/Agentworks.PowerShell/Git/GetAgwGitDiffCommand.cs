using System.Management.Automation;
using Agentworks.Git.Work;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Says what differs in a repository, by file and as a patch.</summary>
[Cmdlet(VerbsCommon.Get, "AgwGitDiff")]
[OutputType(typeof(AgwGitDiff))]
public sealed class GetAgwGitDiffCommand : GitCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[] Workspace { get; set; } = [];

    /// <summary>What the next commit would hold.</summary>
    [Parameter]
    public SwitchParameter Staged { get; set; }

    /// <summary>The files and their numbers, without the patch.</summary>
    [Parameter]
    public SwitchParameter Stat { get; set; }

    /// <summary>Only these files, as git's patterns from the repository's folder.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[]? File { get; set; }

    /// <summary>A commit, branch or tag to compare with.</summary>
    [Parameter]
    public string? Against { get; set; }

    [Parameter]
    public SwitchParameter IncludeUntracked { get; set; }

    /// <summary>How much of the patch to keep.</summary>
    [Parameter]
    [ValidateRange(0, 128 << 20)]
    public int MaxBytes { get; set; } = 65536;

    protected override void Process() => Collect(Workspace);

    private protected override void Work(IReadOnlyList<GitTarget> targets)
    {
        var request = new GitDiffRequest
        {
            Staged = Staged,
            Stat = Stat,
            IncludeUntracked = IncludeUntracked,
            Against = Against,
            Files = File ?? [],
            MaxBytes = MaxBytes,
        };
        Report(stop => Engine.Git.DiffAsync(targets, request, stop));
    }
}
