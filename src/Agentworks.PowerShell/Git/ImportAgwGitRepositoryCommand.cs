using System.Management.Automation;
using Agentworks.Git.Work;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Brings a git repository into workspaces.</summary>
[Cmdlet(VerbsData.Import, "AgwGitRepository", SupportsShouldProcess = true)]
[OutputType(typeof(AgwGitRepository))]
public sealed class ImportAgwGitRepositoryCommand : GitCommand
{
    /// <summary>What the machine clones, or a folder of this computer.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public string Url { get; set; } = string.Empty;

    [Parameter(Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[] Workspace { get; set; } = [];

    /// <summary>The repository's own when not given.</summary>
    [Parameter]
    public string? Branch { get; set; }

    /// <summary>Only so many of the newest commits.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Depth { get; set; }

    /// <summary>A user's name and a token, for this once.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    private protected override string? Action => "Import git repository";

    protected override void Process() => Collect(Workspace);

    private protected override void Work(IReadOnlyList<GitTarget> targets)
    {
        var request = new ImportGitRepository
        {
            Url = FolderOrUrl(Url)!,
            Branch = Branch,
            Depth = Depth == 0 ? null : Depth,
            UserName = Credential?.UserName,
            Password = Reveal(Credential?.Password),
        };
        Report(stop => Engine.GitImports.ImportAsync(targets, request, Sink, stop));
    }
}
