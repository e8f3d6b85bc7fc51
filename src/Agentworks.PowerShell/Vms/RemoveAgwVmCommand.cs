using System.Management.Automation;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Removes machines without a trace. One that was adopted stays, without what we put there.</summary>
[Cmdlet(VerbsCommon.Remove, "AgwVm", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveAgwVmCommand : RemoveCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[] Name { get; set; } = [];

    protected override void Process()
    {
        foreach (var (vm, input) in FindVms(Name))
        {
            if (!Approves(vm.Name, $"{Verb} machine"))
            {
                continue;
            }
            Remove(input, vm.Name, () =>
            {
                if (AgreesToCascade($"Machine {vm.Name}", (vm.WorkspaceCount, "workspace"), (vm.AgentCount, "agent"), (vm.SessionCount, "session")))
                {
                    Await(stop => Forget
                        ? Engine.Forget.VmAsync(vm.Name, Cascade, Force, Sink, stop)
                        : Engine.Vms.RemoveAsync(vm.Name, Cascade, Sink, stop));
                }
            });
        }
    }
}
