using System.Management.Automation;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Starts machines; a running one is left alone.</summary>
[Cmdlet(VerbsLifecycle.Start, "AgwVm", SupportsShouldProcess = true)]
[OutputType(typeof(AgwVm))]
public sealed class StartAgwVmCommand() : VmPowerCommand("Start machine")
{
    private protected override Task<AgwVm> ChangeAsync(string name, CancellationToken stop) => Engine.Vms.StartAsync(name, Sink, stop);
}
