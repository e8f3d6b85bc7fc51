using System.Globalization;
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

    /// <summary>Takes one workspace back. From then on the agent can no longer open anything in it, not even by what already runs.</summary>
    /// <returns>The agent's processes that still stood in it: told by SIGHUP to go, or killed.</returns>
    public static async Task<IReadOnlyList<int>> RevokeAsync(
        IMachineShell shell, AgentRow agent, WorkspaceRow workspace, bool kill, string operationId, CancellationToken cancellationToken)
    {
        var result = await shell.RequireAsync(
            new RemoteCommand
            {
                Script = EmbeddedText.Read("access.sh") + """
                    set -eu
                    agw_revoke "$1" "$2" "$3"
                    pids=$(agw_inside "$1" "$3")
                    [ -z "$pids" ] || kill -s "$4" $pids 2>/dev/null || :
                    printf '%s\n' $pids
                    """,
                Arguments = [agent.LinuxUser, workspace.LinuxGroup, workspace.Path, kill ? "KILL" : "HUP"],
                OperationId = operationId,
                OnDisconnect = DisconnectAction.Finish,
                Timeout = TimeSpan.FromMinutes(2),
            },
            $"Revoking workspace '{workspace.Name}' from agent '{agent.Name}'",
            cancellationToken).ConfigureAwait(false);
        return [.. result.OutputText.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(pid => int.Parse(pid, CultureInfo.InvariantCulture))];
    }
}
