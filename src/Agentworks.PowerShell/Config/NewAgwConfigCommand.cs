using System.Management.Automation;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Writes a commented sample configuration.</summary>
[Cmdlet(VerbsCommon.New, "AgwConfig", SupportsShouldProcess = true)]
[OutputType(typeof(AgwConfig))]
public sealed class NewAgwConfigCommand : AgentworksCommand
{
    /// <summary>Replace the file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void Process()
    {
        if (Approves(Path.Combine(EngineOptions.DefaultHome(), "config.toml"), "Create configuration"))
        {
            WriteObject(Try(() => Engine.Config.Create(Force)));
        }
    }
}
