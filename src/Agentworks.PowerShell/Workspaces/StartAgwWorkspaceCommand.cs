using System.Management.Automation;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Starts the machines of dedicated workspaces; a running one is left alone.</summary>
[Cmdlet(VerbsLifecycle.Start, "AgwWorkspace", SupportsShouldProcess = true)]
[OutputType(typeof(AgwWorkspace))]
public sealed class StartAgwWorkspaceCommand() : WorkspacePowerCommand("Start workspace")
{
    private protected override Task<AgwWorkspace> ChangeAsync(string name, CancellationToken stop) => Engine.Dedicated.StartAsync(name, Sink, stop);
}
