using Agentworks.Git;
using Agentworks.Provisioning;
using Agentworks.Variables;

namespace Agentworks.Agents;

/// <summary>What makes a Linux user of an agent.</summary>
public sealed record AgentPlan
{
    public required string LinuxUser { get; init; }
    public required string Shell { get; init; }
    public required IReadOnlyList<string> AuthorizedKeys { get; init; }

    /// <summary>What its template lists, with the tokens that are at hand.</summary>
    public IReadOnlyList<GitCredentialEntry> GitCredentials { get; init; } = [];

    /// <summary>Plain environment variables of all that it runs.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public IReadOnlyList<ProvisionStep> ToSteps() =>
    [
        User(),
        Keys(),
        .. GitCredentials.Count > 0 ? [GitCredentialSteps.Helper] : Array.Empty<ProvisionStep>(),
        VariableSteps.User("agent", LinuxUser, Variables),
        GitCredentialSteps.ForUser("agent", LinuxUser, GitCredentials),
    ];

    private ProvisionStep User() => new(
        "agent-user",
        """
        [ "$(getent passwd "$agw_user" | cut -d: -f6-7)" = "/home/$agw_user:$(command -v "$agw_shell")" ]
        [ "$(stat -c '%a %U %G' "/home/$agw_user")" = "700 $agw_user $agw_user" ]
        id -nG "$agw_user" | tr ' ' '\n' | grep -qx agentworks-agents
        ! id -nG "$agw_user" | tr ' ' '\n' | grep -qxE 'sudo|adm|docker|disk|root'
        """,
        """
        path=$(command -v "$agw_shell") || { echo "shell $agw_shell is not installed" >&2; exit 1; }
        id -u "$agw_user" >/dev/null 2>&1 || useradd --create-home --password '*' -K HOME_MODE=0700 --shell "$path" "$agw_user"
        usermod --shell "$path" --append --groups agentworks-agents "$agw_user"
        for group in sudo adm docker disk root; do
            ! id -nG "$agw_user" | tr ' ' '\n' | grep -qx "$group" || gpasswd -d "$agw_user" "$group" >/dev/null
        done
        mkdir -p "/home/$agw_user"
        chown "$agw_user:$agw_user" "/home/$agw_user"
        chmod 0700 "/home/$agw_user"
        case $path in */zsh) [ -e "/home/$agw_user/.zshrc" ] || install -o "$agw_user" -g "$agw_user" -m 0600 /dev/null "/home/$agw_user/.zshrc" ;; esac
        """,
        Fatal: true,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["agw_user"] = LinuxUser, ["agw_shell"] = Shell });

    private ProvisionStep Keys() => FileStep.Create(
        "agent-keys",
        [new MachineFile($"/etc/agentworks/authorized_keys/{LinuxUser}", "0644", string.Join('\n', AuthorizedKeys) + "\n")]);
}
