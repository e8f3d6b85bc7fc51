using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Brings machines to what is declared for them. On one that is there already, nothing changes.</summary>
[Cmdlet(VerbsData.Initialize, "AgwVm", SupportsShouldProcess = true)]
[OutputType(typeof(AgwInitialization))]
public sealed class InitializeAgwVmCommand : AgentworksCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[] Name { get; set; } = [];

    protected override void Process()
    {
        foreach (var (vm, input) in FindVms(Name))
        {
            if (Approves(vm.Name, "Initialize machine"))
            {
                ForInput(input, () => WriteObject(Await(stop => Engine.Vms.InitializeAsync(vm.Name, Sink, stop))));
            }
        }
    }
}
