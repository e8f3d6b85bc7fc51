using System.Management.Automation;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Forgets a machine on which Lima makes VMs; nothing happens to it.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "AgwVmHost", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class UnregisterAgwVmHostCommand : AgentworksCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmHostCompleter))]
    public VmHostArgument[] Name { get; set; } = [];

    /// <summary>Also one that VMs are recorded on. -WhatIf and -Confirm still hold.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void Process()
    {
        foreach (var (host, input) in FindVmHosts(Name))
        {
            if (Approves(host.Name, "Unregister VM host"))
            {
                ForInput(input, () => Try(() =>
                {
                    Engine.VmHosts.Unregister(host.Name, Force);
                    return true;
                }));
            }
        }
    }
}
