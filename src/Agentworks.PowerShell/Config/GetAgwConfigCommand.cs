using System.Management.Automation;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Shows what the configuration says, with the defaults of what it does not say.</summary>
[Cmdlet(VerbsCommon.Get, "AgwConfig", DefaultParameterSetName = "Config")]
[OutputType(typeof(AgwConfig), ParameterSetName = ["Config"])]
[OutputType(typeof(string), ParameterSetName = ["Sample"])]
public sealed class GetAgwConfigCommand : AgentworksCommand
{
    /// <summary>The text of the commented sample instead.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Sample")]
    public SwitchParameter Sample { get; set; }

    protected override void Process() => WriteObject(Sample ? Try(Config.ConfigService.ReadSample) : Try(Engine.Config.Get));
}
