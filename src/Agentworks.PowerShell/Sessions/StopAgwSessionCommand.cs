using System.Management.Automation;
using Agentworks.Model;
using Agentworks.Sessions;

namespace Agentworks.PowerShell;

/// <summary>Stops sessions: Ctrl-C first, and by force after the timeout, which all of them share.</summary>
[Cmdlet(VerbsLifecycle.Stop, "AgwSession", SupportsShouldProcess = true)]
[OutputType(typeof(AgwSession))]
public sealed class StopAgwSessionCommand() : SessionPowerCommand("Stop session")
{
    /// <summary>How long the commands have to end by themselves: seconds, or a TimeSpan.</summary>
    [Parameter]
    [Alias("Grace")]
    [Seconds]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Do not wait for the commands to end by themselves; also ends a broken one, with all of its processes.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override void Change(IReadOnlyList<string> names) =>
        Report(stop => Engine.Sessions.StopAsync(names, new StopSession(Timeout, Force), Sink, stop));
}
