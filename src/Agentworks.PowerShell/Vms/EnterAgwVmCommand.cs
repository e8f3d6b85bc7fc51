using System.Management.Automation;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Opens a login shell of the admin on a machine, in this terminal.</summary>
[Cmdlet(VerbsCommon.Enter, "AgwVm")]
[OutputType(typeof(void))]
public sealed class EnterAgwVmCommand : EnterCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument Name { get; set; } = null!;

    protected override void Process()
    {
        if (One(FindVms([Name]), Name.Input) is { } vm)
        {
            ForInput(Name.Input, () => HandOver(stop => Engine.Vms.GetShellAsync(vm.Name, stop)));
        }
    }
}
