using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Agents;

/// <summary>Lets agents into workspaces on a machine and out again. One round trip each.</summary>
public static class WorkspaceAccess
{
    public static Task GrantAsync(
        IMachineShell shell, AgentRow agent, IReadOnlyList<WorkspaceRow> workspaces, string operationId, CancellationToken cancellationToken) =>
        shell.RequireAsync(
            new RemoteCommand
            {
                Script = EmbeddedText.Read("access.sh") + """
                    set -eu
                    user=$1
                    shift
                    while [ $# -ge 2 ]; do
                        agw_grant "$user" "$1" "$2"
                        shift 2
                    done
                    """,
                Arguments = [agent.LinuxUser, .. workspaces.SelectMany(workspace => new[] { workspace.LinuxGroup, workspace.Path })],
                OperationId = operationId,
                OnDisconnect = DisconnectAction.Finish,
                Timeout = TimeSpan.FromMinutes(2),
            },
            $"Granting workspaces to agent '{agent.Name}'",
            cancellationToken);

    /// <summary>
    /// Takes one workspace back: the group, and the folder's access list is made exactly what it is to be, whatever was added to it. From
    /// then on the agent can no longer come in, not even by what already runs.
    /// </summary>
    /// <returns>The agent's processes that began before: those inside are told by SIGHUP to go, or killed.</returns>
    public static async Task<LingeringProcesses> RevokeAsync(
        IMachineShell shell, AgentRow agent, WorkspaceRow workspace, bool kill, string operationId, CancellationToken cancellationToken)
    {
        var result = await shell.RequireAsync(
            new RemoteCommand
            {
                Script = $"""
                    {EmbeddedText.Read("access.sh")}
                    set -eu
                    agw_revoke "$1" "$2" "$3"
                    exec perl - "$@" <<'AGW_PERL'
                    {EmbeddedText.Read("access-holders.pl")}
                    AGW_PERL

                    """,
                Arguments = [agent.LinuxUser, workspace.LinuxGroup, workspace.Path, kill ? "kill" : string.Empty],
                OperationId = operationId,
                OnDisconnect = DisconnectAction.Finish,
                Timeout = TimeSpan.FromMinutes(2),
            },
            $"Revoking workspace '{workspace.Name}' from agent '{agent.Name}'",
            cancellationToken).ConfigureAwait(false);
        return LingeringProcesses.Parse(result.OutputText);
    }
}
