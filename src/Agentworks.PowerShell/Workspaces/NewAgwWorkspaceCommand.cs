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

    /// <summary>Then open it in VS Code.</summary>
    [Parameter]
    public SwitchParameter OpenVSCode { get; set; }

    private protected override void Create()
    {
        var request = new NewWorkspace
        {
            Name = Name,
            Vm = Place(Vm),
            Template = Own(nameof(Template), Template),
            Repository = FolderOrUrl(Own(nameof(Repository), Repository)),
            Branch = Own(nameof(Branch), Branch),
        };
        if (Approves(request.Vm is null ? Name : $"{Name} on {request.Vm}", "Create workspace"))
        {
            WriteObject(Await(stop => Engine.Workspaces.CreateAsync(request, Sink, stop)));
            if (OpenVSCode)
            {
                Await(stop => Engine.CodeWorkspaces.OpenAsync(request.Name, Sink, stop));
            }
        }
    }
}
