using Agentworks.Model;
using Agentworks.Secrets;
using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Variables;

/// <summary>
/// Brings variables to the shell of a person. Where there are any besides identity, they go through the machine's channel into a file in
/// memory that only the shell's user can read and that the shell removes; the command line names nothing but that file.
/// </summary>
public sealed class ShellVariables(VariablePlanner planner, SecretResolver secrets)
{
    private const string Script = """
        umask 077
        mkdir -p /run/agentworks/shells
        chmod 0711 /run/agentworks/shells
        # What shells that never began have left.
        find /run/agentworks/shells -mindepth 1 -maxdepth 1 -mmin +5 -exec rm -rf -- {} +
        folder=/run/agentworks/shells/$1
        mkdir "$folder"
        cat > "$folder/environment"
        user=$2
        shift 2
        agw_export_files "$@" >> "$folder/environment" || { rm -rf "$folder"; exit 1; }
        chown -R "$user:$(id -g "$user")" "$folder"
        """;

    /// <summary>A line for a POSIX shell that gives it the variables of the place; empty when the login itself does.</summary>
    /// <param name="shell">The machine.</param>
    /// <param name="vm">The same.</param>
    /// <param name="workspace">Where the shell is to be; null at home.</param>
    /// <param name="agent">Whose shell; null for the admin, or in a workspace for the workspace's own user.</param>
    /// <param name="user">The Linux user.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="Errors.SecretMissingException">Names all secrets that are missing.</exception>
    public async Task<string> PrepareAsync(
        IMachineShell shell, VmRow vm, WorkspaceRow? workspace, AgentRow? agent, string user, CancellationToken cancellationToken)
    {
        var variables = planner.ForCommand(vm, workspace, agent, new Dictionary<string, string>(StringComparer.Ordinal));
        if (variables.All(variable => variable.Source == VariableSource.Identity))
        {
            return workspace is null ? string.Empty : $"export {IdentityVariables.Workspace}={workspace.Name}; ";
        }

        var target = agent?.Name ?? workspace?.Name ?? vm.Name;
        var found = await VariableSecrets.FindAsync(
            secrets, variables, new Dictionary<string, string>(StringComparer.Ordinal), target, command: string.Empty, cancellationToken).ConfigureAwait(false);
        var id = Identifier.New();
        await shell.RequireAsync(
            new RemoteCommand
            {
                Script = "set -eu\n" + EmbeddedText.Read("variables-export.sh") + Script,
                Arguments = [id, user, .. VariablePlanner.Files(variables).Select(one => $"{one.Key}={one.Value}")],
                Input = VariableSteps.Exports(VariablePlanner.Plain(variables).Concat(found)).ToInput(),
                OperationId = "shell-" + id,
                Timeout = TimeSpan.FromMinutes(1),
            },
            $"Preparing a shell on '{vm.Name}'",
            cancellationToken).ConfigureAwait(false);
        return $". /run/agentworks/shells/{id}/environment; rm -f /run/agentworks/shells/{id}/environment; ";
    }
}
