using System.Management.Automation;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Shuts the machines of dedicated workspaces down; nothing starts them again but Start-AgwWorkspace.</summary>
[Cmdlet(VerbsLifecycle.Stop, "AgwWorkspace", SupportsShouldProcess = true)]
[OutputType(typeof(AgwWorkspace))]
public sealed class StopAgwWorkspaceCommand() : WorkspacePowerCommand("Stop workspace")
{
    /// <summary>How long it may take to shut down in order; then it is cut off. Seconds, or a TimeSpan.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Cut it off at once.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override Task<AgwWorkspace> ChangeAsync(string name, CancellationToken stop) =>
        Engine.Dedicated.StopAsync(name, Force ? TimeSpan.Zero : Timeout, Sink, stop);
}
