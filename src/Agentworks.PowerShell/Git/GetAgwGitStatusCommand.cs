using System.Management.Automation;
using Agentworks.Git.Work;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Says how the files of a repository stand to its last commit.</summary>
[Cmdlet(VerbsCommon.Get, "AgwGitStatus")]
[OutputType(typeof(AgwGitStatus))]
public sealed class GetAgwGitStatusCommand : GitCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[] Workspace { get; set; } = [];

    /// <summary>Every untracked file, not the folder for those that hold nothing else.</summary>
    [Parameter]
    public SwitchParameter AllUntracked { get; set; }

    protected override void Process() => Collect(Workspace);

    private protected override void Work(IReadOnlyList<GitTarget> targets) => Report(stop => Engine.Git.StatusAsync(targets, AllUntracked, stop));
}
