using System.Management.Automation;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Has ssh on this computer know every machine and agent by an alias.</summary>
[Cmdlet(VerbsData.Update, "AgwSshConfig", SupportsShouldProcess = true)]
[OutputType(typeof(AgwSshConfig))]
public sealed class UpdateAgwSshConfigCommand : AgentworksCommand
{
    /// <summary>Also replace what another folder of Agentworks wrote.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void Process()
    {
        var plan = Try(Engine.SshConfig.Plan);
        if (Approves(plan.Path, $"Write ssh aliases {string.Join(", ", plan.Aliases)}"))
        {
            WriteObject(Await(stop => Engine.SshConfig.UpdateAsync(Force, Sink, stop)));
        }
    }
}
