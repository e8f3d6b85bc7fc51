using System.Management.Automation;
using Agentworks.Agents;

namespace Agentworks.PowerShell;

/// <summary>Takes access back, at once, and tells the agent's processes that still stand in the workspace to go.</summary>
[Cmdlet(VerbsSecurity.Revoke, "AgwWorkspaceAccess", SupportsShouldProcess = true, DefaultParameterSetName = "Workspace")]
[OutputType(typeof(RevokeOutcome))]
public sealed class RevokeAgwWorkspaceAccessCommand : AccessCommand
{
    /// <summary>Kill the agent's processes that still stand in the workspace, or that may and cannot be seen to.</summary>
    [Parameter]
    public SwitchParameter StopProcess { get; set; }

    private protected override string Action => "Revoke access to";

    private protected override void Change(string agent, IReadOnlyList<string> workspaces)
    {
        foreach (var outcome in Await(stop => Engine.Agents.RevokeAsync(agent, workspaces, All, StopProcess, Sink, stop)))
        {
            Tell(outcome);
            if (PassThru)
            {
                WriteObject(outcome);
            }
        }
    }

    private void Tell(RevokeOutcome outcome)
    {
        var grant = outcome.Grant;
        if (outcome.StillGranted)
        {
            WriteWarning($"Agent {grant.Agent} may still enter workspace {grant.Workspace}, because a session needs it or all workspaces are granted.");
        }
        if (outcome.Hidden.Count > 0 && !StopProcess)
        {
            WriteWarning(
                $"{outcome.Hidden.Count} processes of agent {grant.Agent} began before this and run in mount namespaces of their own, where it cannot be seen whether they stand in workspace {grant.Workspace}: "
                + $"{string.Join(", ", outcome.Hidden)}. To end them: Revoke-AgwWorkspaceAccess {grant.Agent} {grant.Workspace} -StopProcess");
        }
        if (outcome.Holders.Count > 0)
        {
            WriteVerbose(
                $"{outcome.Holders.Count} processes of agent {grant.Agent} keep the group of workspace {grant.Workspace} until they end; its folder keeps them out: "
                + string.Join(", ", outcome.Holders));
        }
        if (outcome.Processes.Count > 0)
        {
            WriteVerbose(
                $"{outcome.Processes.Count} processes of agent {grant.Agent} in workspace {grant.Workspace} were {(StopProcess ? "killed" : "told to go")}: "
                + string.Join(", ", outcome.Processes));
        }
    }
}
