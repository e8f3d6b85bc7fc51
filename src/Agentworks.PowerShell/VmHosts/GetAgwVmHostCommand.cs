using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Lists the machines on which Lima makes VMs.</summary>
[Cmdlet(VerbsCommon.Get, "AgwVmHost")]
[OutputType(typeof(AgwVmHost))]
public sealed class GetAgwVmHostCommand : AgentworksCommand
{
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmHostCompleter))]
    public VmHostArgument[]? Name { get; set; }

    protected override void Process()
    {
        foreach (var (host, _) in FindVmHosts(Name))
        {
            WriteObject(host);
        }
    }
}
