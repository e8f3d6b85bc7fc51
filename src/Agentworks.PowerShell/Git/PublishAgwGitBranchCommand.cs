using System.Management.Automation;
using Agentworks.Git.Work;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Sends a branch to a remote.</summary>
[Cmdlet(VerbsData.Publish, "AgwGitBranch", SupportsShouldProcess = true)]
[OutputType(typeof(AgwGitPush))]
public sealed class PublishAgwGitBranchCommand : GitCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[] Workspace { get; set; } = [];

    /// <summary>The branch's own when not given, else origin.</summary>
    [Parameter]
    public string? Remote { get; set; }

    /// <summary>The one that is checked out when not given.</summary>
    [Parameter]
    public string? Branch { get; set; }

    /// <summary>The branch follows the remote's from now on.</summary>
    [Parameter]
    public SwitchParameter SetUpstream { get; set; }

    /// <summary>Replace what the remote has, if that is still what was last fetched from it.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Seconds, or a TimeSpan.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(120);

    private protected override string? Action => "Publish branch";

    protected override void Process() => Collect(Workspace);

    private protected override void Work(IReadOnlyList<GitTarget> targets)
    {
        var request = new GitPushRequest { Remote = Remote, Branch = Branch, SetUpstream = SetUpstream, Force = Force, Timeout = Timeout };
        Report(stop => Engine.Git.PushAsync(targets, request, Sink, stop));
    }
}
