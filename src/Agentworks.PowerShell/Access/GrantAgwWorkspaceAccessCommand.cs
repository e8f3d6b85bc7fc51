using System.Management.Automation;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Lets agents into workspaces. It holds in the agent's next command.</summary>
[Cmdlet(VerbsSecurity.Grant, "AgwWorkspaceAccess", SupportsShouldProcess = true, DefaultParameterSetName = "Workspace")]
[OutputType(typeof(AgwGrant))]
public sealed class GrantAgwWorkspaceAccessCommand : AccessCommand
{
    private protected override string Action => "Grant access to";

    private protected override void Change(string agent, IReadOnlyList<string> workspaces)
    {
        var grants = Await(stop => Engine.Agents.GrantAsync(agent, workspaces, All, Sink, stop));
        if (PassThru)
        {
            WriteObject(grants, enumerateCollection: true);
        }
    }
}
