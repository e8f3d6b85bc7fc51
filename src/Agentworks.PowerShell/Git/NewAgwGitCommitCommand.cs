using System.Management.Automation;
using Agentworks.Git.Work;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Makes a commit of what is staged, or of everything that is changed.</summary>
[Cmdlet(VerbsCommon.New, "AgwGitCommit", SupportsShouldProcess = true)]
[OutputType(typeof(AgwGitCommit))]
public sealed class NewAgwGitCommitCommand : GitCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[] Workspace { get; set; } = [];

    [Parameter(Mandatory = true)]
    public string Message { get; set; } = string.Empty;

    /// <summary>Everything that is changed, new or deleted.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    /// <summary>As git writes it: Name &lt;name@example.com&gt;</summary>
    [Parameter]
    public string? Author { get; set; }

    /// <summary>Let the repository's hooks run, which are programs that anybody who works in it may have written.</summary>
    [Parameter]
    public SwitchParameter RunHook { get; set; }

    private protected override string? Action => "Make commit";

    protected override void Process() => Collect(Workspace);

    private protected override void Work(IReadOnlyList<GitTarget> targets)
    {
        var request = new GitCommitRequest { Message = Message, All = All, Author = Author, RunHooks = RunHook };
        Report(stop => Engine.Git.CommitAsync(targets, request, Sink, stop));
    }
}
