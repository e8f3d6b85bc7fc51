using System.Management.Automation;
using Agentworks.Backups;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Backs machines up to a folder on this computer.</summary>
[Cmdlet(VerbsData.Backup, "AgwVm", SupportsShouldProcess = true)]
[OutputType(typeof(AgwVmBackup))]
public sealed class BackupAgwVmCommand : AgentworksCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[] Name { get; set; } = [];

    /// <summary>The folder in which the backup's own folder is made; paths.backups of config.toml when not given.</summary>
    [Parameter(Position = 1)]
    public string? Path { get; set; }

    /// <summary>Also the files in homes that hold credentials.</summary>
    [Parameter]
    public SwitchParameter IncludeCredential { get; set; }

    protected override void Process()
    {
        var root = Path is null ? null : GetUnresolvedProviderPathFromPSPath(Path);
        foreach (var (vm, input) in FindVms(Name))
        {
            if (Approves(vm.Name, root is null ? "Back up machine" : $"Back up machine to {root}"))
            {
                var request = new BackupVm(vm.Name, root, IncludeCredential);
                ForInput(input, () => WriteObject(Await(stop => Engine.Backups.CreateAsync(request, Sink, stop))));
            }
        }
    }
}
