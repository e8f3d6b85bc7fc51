using System.Management.Automation;
using Agentworks.Dedicated;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;
using Agentworks.Workspaces;

namespace Agentworks.PowerShell;

/// <summary>Makes a workspace on a machine, or with a machine of its own; empty or from a git repository.</summary>
[Cmdlet(VerbsCommon.New, "AgwWorkspace", SupportsShouldProcess = true)]
[OutputType(typeof(AgwWorkspace))]
public sealed class NewAgwWorkspaceCommand : NewCommand
{
    /// <summary>May be left out when there is only one machine.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument? Vm { get; set; }

    /// <summary>With a machine of its own: the same as -Isolation Dedicated.</summary>
    [Parameter]
    public SwitchParameter Isolated { get; set; }

    /// <summary>Shared, on a machine with others; or Dedicated, with a machine of its own.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateSet("Shared", "Dedicated")]
    public string Isolation { get; set; } = string.Empty;

    /// <summary>Where the machine comes from.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    /// <summary>What the machine is made of: the name of an image.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public string? Image { get; set; }

    /// <summary>How many processors it gets.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Cpus")]
    public int? Cpu { get; set; }

    /// <summary>Its memory in MiB.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("MemoryMiB")]
    public int? MemoryMB { get; set; }

    /// <summary>Its disk in GiB.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("DiskGiB")]
    public int? DiskGB { get; set; }

    /// <summary>Let it reach the internet.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public SwitchParameter AllowInternet { get; set; }

    /// <summary>Fail rather than wait for the rate limit.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

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

    // A machine that is piped gives the place; its size and what it was made of are its own.
    private bool HasMachine => Own(nameof(Platform), Platform) is not null || Own(nameof(Image), Image) is not null || Own(nameof(Cpu), Cpu) is not null
        || Own(nameof(MemoryMB), MemoryMB) is not null || Own(nameof(DiskGB), DiskGB) is not null || AllowInternet;

    private protected override void Create()
    {
        if (Isolated || "Dedicated".Equals(Own(nameof(Isolation), Isolation), StringComparison.OrdinalIgnoreCase))
        {
            if (Vm is not null)
            {
                throw new EngineFailure(new InvalidRequestException("A workspace with a machine of its own takes no place on another.") { Target = Name, Recommendation = "Leave out -Vm, or -Isolated." });
            }
            CreateDedicated();
            return;
        }
        if (HasMachine)
        {
            throw new EngineFailure(new InvalidRequestException("A shared workspace has no machine of its own to choose platform, image, size or network of.")
            {
                Target = Name,
                Recommendation = "-Isolation Dedicated, or -Isolated",
            });
        }
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
            Open();
        }
    }

    private void CreateDedicated()
    {
        var request = new NewDedicatedWorkspace
        {
            Name = Name,
            Platform = Own(nameof(Platform), Platform),
            Image = Own(nameof(Image), Image),
            Cpus = Own(nameof(Cpu), Cpu),
            MemoryMiB = Own(nameof(MemoryMB), MemoryMB),
            DiskGiB = Own(nameof(DiskGB), DiskGB),
            NoWait = NoWait,
            AllowInternet = AllowInternet,
            Template = Own(nameof(Template), Template),
            Repository = FolderOrUrl(Own(nameof(Repository), Repository)),
            Branch = Own(nameof(Branch), Branch),
        };
        if (Approves(Name, "Create workspace with a machine of its own"))
        {
            WriteObject(Await(stop => Engine.Dedicated.CreateAsync(request, Sink, stop)));
            Open();
        }
    }

    private void Open()
    {
        if (OpenVSCode)
        {
            Await(stop => Engine.CodeWorkspaces.OpenAsync(Name, Sink, stop));
        }
    }
}
