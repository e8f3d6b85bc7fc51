using System.Globalization;
using Agentworks.Errors;
using Agentworks.Machines;
using Agentworks.State;
using Agentworks.Transport;

namespace Agentworks.Git;

/// <summary>Asks a machine which tokens its servers have rejected: one round trip for all of its users.</summary>
internal sealed class GitCredentialObserver(StateStore store, MachineConnections machines)
{
    private const string Script = """
        helper=$1
        shift
        [ -x "$helper" ] || exit 0
        for user in "$@"; do
            home=$(getent passwd "$user" | cut -d: -f6) || continue
            cd /
            timeout -k 1 5 setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups --inh-caps=-all --no-new-privs -- \
                env -i HOME="$home" PATH=/usr/bin:/bin "$helper" list </dev/null 2>/dev/null | head -c 65536 | sed "s/^/$user	/"
        done
        """;

    /// <returns>The time of the last rejection by agent (null: the admin) and name.</returns>
    public async Task<IReadOnlyDictionary<(string? Agent, string Name), DateTimeOffset?>> RejectionsAsync(string vm, CancellationToken cancellationToken)
    {
        var found = new Dictionary<(string? Agent, string Name), DateTimeOffset?>();
        var (machine, agents) = store.Read(state => state.FindVm(vm) is { } row ? (row, state.ListAgents(row.Id)) : (null, []));
        if (machine is null)
        {
            return found;
        }

        var users = agents.ToDictionary(agent => agent.LinuxUser, agent => (string?)agent.Name, StringComparer.Ordinal);
        users[machine.AdminUser] = null;
        try
        {
            var command = new RemoteCommand { Script = Script, Arguments = [GitCredentialSteps.HelperPath, .. users.Keys], Timeout = TimeSpan.FromMinutes(1) };
            var result = await machines.Probe(machine).RunAsync(command, cancellationToken).ConfigureAwait(false);
            foreach (var fields in result.OutputText.Split('\n').Select(line => line.Split('\t')).Where(fields => fields.Length == 8))
            {
                if (users.TryGetValue(fields[0], out var agent)
                    && long.TryParse(fields[7], NumberStyles.None, CultureInfo.InvariantCulture, out var time) && time < 253402300800)
                {
                    found[(agent, fields[1])] = DateTimeOffset.FromUnixTimeSeconds(time);
                }
            }
        }
        catch (AgentworksException)
        {
            // Not to be asked now: nothing is known of rejections.
        }

        return found;
    }
}
