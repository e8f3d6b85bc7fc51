using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Lists the ports of this computer that lead to machines. No machine is asked.</summary>
[Cmdlet(VerbsCommon.Get, "AgwPortForward")]
[OutputType(typeof(AgwPortForward))]
public sealed class GetAgwPortForwardCommand : AgentworksCommand
{
    private readonly List<VmArgument> _vms = [];

    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[]? Vm { get; set; }

    [Parameter]
    [ArgumentCompleter(typeof(LocalPortCompleter))]
    public int[]? LocalPort { get; set; }

    protected override void Process() => _vms.AddRange(Vm ?? []);

    protected override void End()
    {
        if (_vms.Count == 0 && MyInvocation.ExpectingInput)
        {
            return;
        }
        var vms = Narrow(_vms.Count == 0 ? null : _vms.ToArray(), FindVms);
        foreach (var forward in FindPortForwards(LocalPort, address: null))
        {
            if (vms is null || vms.Contains(forward.Vm))
            {
                WriteObject(forward);
            }
        }
    }
}
