using System.Management.Automation;
using Agentworks.Dedicated;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;
using Agentworks.Preparing;
using Agentworks.Workspaces;

namespace Agentworks.PowerShell;

/// <summary>Prepares a workspace to fork from: a repository, set-up commands, and a snapshot of what came of them.</summary>
[Cmdlet(VerbsData.Initialize, "AgwWorkspace", SupportsShouldProcess = true, DefaultParameterSetName = "Shared")]
[OutputType(typeof(AgwPreparedSnapshot))]
public sealed class InitializeAgwWorkspaceCommand : NewCommand
{
    /// <summary>A URL that the machine clones, or a folder of this computer.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("Repository")]
    public string? GitUrl { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Branch { get; set; }

    /// <summary>For /bin/sh, one after the other.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[] SetupCommand { get; set; } = [];

    /// <summary>Of each command: seconds, or a TimeSpan.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Seconds]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(300);

    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string SnapshotName { get; set; } = "prepared";

    /// <summary>May be left out when there is only one machine.</summary>
    [Parameter(ParameterSetName = "Shared", ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument? Vm { get; set; }

    /// <summary>With a machine of its own.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Dedicated")]
    public SwitchParameter Isolated { get; set; }

    [Parameter(ParameterSetName = "Dedicated")]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    [Parameter(ParameterSetName = "Dedicated")]
    public string? Image { get; set; }

    [Parameter(ParameterSetName = "Dedicated")]
    [Alias("Cpus")]
    [ValidateRange(1, 1024)]
    public int? Cpu { get; set; }

    [Parameter(ParameterSetName = "Dedicated")]
    [Alias("MemoryMiB")]
    [ValidateRange(128, 1 << 26)]
    public int? MemoryMB { get; set; }

    [Parameter(ParameterSetName = "Dedicated")]
    [Alias("DiskGiB")]
    [ValidateRange(1, 1 << 20)]
    public int? DiskGB { get; set; }

    [Parameter(ParameterSetName = "Dedicated")]
    public SwitchParameter AllowInternet { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(WorkspaceTemplateCompleter))]
    public string? Template { get; set; }

    /// <summary>Anew, also where the inputs are the same.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Fail rather than wait for the rate limit of new machines.</summary>
    [Parameter(ParameterSetName = "Dedicated")]
    public SwitchParameter NoWait { get; set; }

    private protected override void Create()
    {
        var workspace = new NewWorkspace
        {
            Name = Name,
            Vm = Place(Vm),
            Template = Own(nameof(Template), Template),
            Repository = FolderOrUrl(Own(nameof(GitUrl), GitUrl)),
            Branch = Own(nameof(Branch), Branch),
        };
        var request = new PrepareWorkspace
        {
            Workspace = workspace,
            Dedicated = Isolated ? MakeDedicated(workspace) : null,
            SetupCommands = SetupCommand,
            Timeout = Timeout,
            SnapshotName = SnapshotName,
            Force = Force,
        };
        if (Approves(workspace.Vm is null ? Name : $"{Name} on {workspace.Vm}", "Prepare workspace"))
        {
            WriteObject(Await(stop => Engine.Preparations.PrepareAsync(request, Sink, stop)));
        }
    }

    private NewDedicatedWorkspace MakeDedicated(NewWorkspace workspace) => new()
    {
        Name = Name,
        Platform = Own(nameof(Platform), Platform),
        Image = Own(nameof(Image), Image),
        Cpus = Own(nameof(Cpu), Cpu),
        MemoryMiB = Own(nameof(MemoryMB), MemoryMB),
        DiskGiB = Own(nameof(DiskGB), DiskGB),
        AllowInternet = AllowInternet,
        Template = workspace.Template,
        Repository = workspace.Repository,
        Branch = workspace.Branch,
        NoWait = NoWait,
    };
}
