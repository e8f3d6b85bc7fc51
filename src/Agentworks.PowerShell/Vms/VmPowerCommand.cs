using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Changes the power of machines, one after the other.</summary>
public abstract class VmPowerCommand(string action) : AgentworksCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[] Name { get; set; } = [];

    /// <summary>Also write the machine.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        foreach (var (vm, input) in FindVms(Name))
        {
            if (Approves(vm.Name, action))
            {
                ForInput(input, () => Change(vm.Name));
            }
        }
    }

    private protected abstract Task<AgwVm> ChangeAsync(string name, CancellationToken stop);

    private void Change(string name)
    {
        var vm = Await(stop => ChangeAsync(name, stop));
        if (PassThru)
        {
            WriteObject(vm);
        }
    }
}
