using System.Management.Automation;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Shuts machines down in order; a stopped one is left alone.</summary>
[Cmdlet(VerbsLifecycle.Stop, "AgwVm", SupportsShouldProcess = true)]
[OutputType(typeof(AgwVm))]
public sealed class StopAgwVmCommand() : VmPowerCommand("Stop machine")
{
    /// <summary>How long an orderly shutdown may take before the power is cut: seconds, or a TimeSpan.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    private protected override Task<AgwVm> ChangeAsync(string name, CancellationToken stop) => Engine.Vms.StopAsync(name, Timeout, Sink, stop);
}
