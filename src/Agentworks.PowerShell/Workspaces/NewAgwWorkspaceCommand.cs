using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;
using Agentworks.Workspaces;

namespace Agentworks.PowerShell;

/// <summary>Makes a workspace on a machine, empty or from a git repository.</summary>
[Cmdlet(VerbsCommon.New, "AgwWorkspace", SupportsShouldProcess = true)]
[OutputType(typeof(AgwWorkspace))]
public sealed class NewAgwWorkspaceCommand : NewCommand
{
    /// <summary>May be left out when there is only one machine.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument? Vm { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(WorkspaceTemplateCompleter))]
    public string? Template { get; set; }

    /// <summary>A URL that the machine clones, or a folder of this computer.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Repository { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Branch { get; set; }

    private protected override void Create()
    {
        var repository = Own(nameof(Repository), Repository);
        var request = new NewWorkspace
        {
            Name = Name,
            Vm = Place(Vm),
            Template = Own(nameof(Template), Template),
            Repository = string.IsNullOrEmpty(repository) ? null : FolderOrUrl(repository),
            Branch = Own(nameof(Branch), Branch),
        };
        if (Approves(request.Vm is null ? Name : $"{Name} on {request.Vm}", "Create workspace"))
        {
            WriteObject(Await(stop => Engine.Workspaces.CreateAsync(request, Sink, stop)));
        }
    }

    /// <summary>A folder as PowerShell sees it, since its location is not the process's; anything else is for git.</summary>
    private string FolderOrUrl(string repository)
    {
        if (repository.Contains("://", StringComparison.Ordinal))
        {
            return repository;
        }
        try
        {
            var path = GetUnresolvedProviderPathFromPSPath(repository);
            return Directory.Exists(path) ? path : repository;
        }
        catch (System.Management.Automation.DriveNotFoundException)
        {
            return repository;
        }
    }
}
