using System.Management.Automation;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Records a machine on which Lima makes VMs.</summary>
[Cmdlet(VerbsLifecycle.Register, "AgwVmHost", SupportsShouldProcess = true)]
[OutputType(typeof(AgwVmHost))]
public sealed class RegisterAgwVmHostCommand : AgentworksCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = string.Empty;

    /// <summary>What ssh is given: host, user@host, or an alias.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    public string Address { get; set; } = string.Empty;

    protected override void Process()
    {
        if (Approves($"{Name} ({Address})", "Register VM host"))
        {
            ForInput(Name, () => WriteObject(Await(stop => Engine.VmHosts.RegisterAsync(Name, Address, Sink, stop))));
        }
    }
}
