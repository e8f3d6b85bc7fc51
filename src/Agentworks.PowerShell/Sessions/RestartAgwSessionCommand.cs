using System.Management.Automation;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Stops sessions that run and starts them again.</summary>
[Cmdlet(VerbsLifecycle.Restart, "AgwSession", SupportsShouldProcess = true)]
[OutputType(typeof(AgwSession))]
public sealed class RestartAgwSessionCommand() : SessionStartCommand("Restart session", restart: true)
{
    /// <summary>Do not wait for a broken or stubborn one to end: kill all of its processes.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool Kills => Force;
}
