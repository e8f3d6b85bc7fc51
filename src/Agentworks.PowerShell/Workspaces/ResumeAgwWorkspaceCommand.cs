using System.Management.Automation;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Lets suspended workspaces go on where they were.</summary>
[Cmdlet(VerbsLifecycle.Resume, "AgwWorkspace", SupportsShouldProcess = true)]
[OutputType(typeof(AgwWorkspace))]
public sealed class ResumeAgwWorkspaceCommand() : WorkspacePowerCommand("Resume workspace")
{
    private protected override Task<AgwWorkspace> ChangeAsync(string name, CancellationToken stop) => Engine.Dedicated.ResumeAsync(name, Sink, stop);
}
