using System.Management.Automation;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Stops everything in dedicated workspaces where it is; their memory stays.</summary>
[Cmdlet(VerbsLifecycle.Suspend, "AgwWorkspace", SupportsShouldProcess = true)]
[OutputType(typeof(AgwWorkspace))]
public sealed class SuspendAgwWorkspaceCommand() : WorkspacePowerCommand("Suspend workspace")
{
    private protected override Task<AgwWorkspace> ChangeAsync(string name, CancellationToken stop) => Engine.Dedicated.SuspendAsync(name, Sink, stop);
}
