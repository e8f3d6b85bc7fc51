using System.Management.Automation;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Shows what the configuration says, with the defaults of what it does not say.</summary>
[Cmdlet(VerbsCommon.Get, "AgwConfig")]
[OutputType(typeof(AgwConfig))]
public sealed class GetAgwConfigCommand : AgentworksCommand
{
    protected override void Process() => WriteObject(Try(Engine.Config.Get));
}
