using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Lists backups, the newest first, also of machines that are gone.</summary>
[Cmdlet(VerbsCommon.Get, "AgwVmBackup")]
[OutputType(typeof(AgwVmBackup))]
public sealed class GetAgwVmBackupCommand : AgentworksCommand
{
    /// <summary>Only backups of these machines.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("Name")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[]? Vm { get; set; }

    /// <summary>The folder that holds the backups' folders; paths.backups of config.toml when not given.</summary>
    [Parameter(Position = 1)]
    public string? Path { get; set; }

    protected override void Process()
    {
        if (Vm is null && MyInvocation.ExpectingInput)
        {
            return;
        }
        var root = Path is null ? null : GetUnresolvedProviderPathFromPSPath(Path);
        WriteObject(Try(() => Engine.Backups.List(root)).Where(Matches), enumerateCollection: true);
    }

    private bool Matches(AgwVmBackup backup) => Vm is null || Vm.Any(vm =>
        vm.Name is not null && WildcardPattern.Get(vm.IsPattern ? vm.Name : WildcardPattern.Escape(vm.Name), WildcardOptions.IgnoreCase).IsMatch(backup.Vm));
}
