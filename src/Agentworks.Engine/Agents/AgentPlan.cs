using Agentworks.Git;
using Agentworks.Provisioning;
using Agentworks.Provisioning.Users;
using Agentworks.Variables;

namespace Agentworks.Agents;

/// <summary>What makes a Linux user of an agent.</summary>
public sealed record AgentPlan
{
    public required string LinuxUser { get; init; }
    public required string Shell { get; init; }
    public required IReadOnlyList<string> AuthorizedKeys { get; init; }

    /// <summary>What the machine needs for its set-up.</summary>
    public IReadOnlyList<ProvisionStep> Tools { get; init; } = [];

    /// <summary>What it gets beyond its account.</summary>
    public required UserSetupPlan Setup { get; init; }

    /// <summary>What its template lists, with the tokens that are at hand.</summary>
    public IReadOnlyList<GitCredentialEntry> GitCredentials { get; init; } = [];

    /// <summary>Plain environment variables of all that it runs.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Everything that is declared of an agent, in the order in which it is made true; Test-AgwAgent looks at the same. Dotfiles may come
    /// from a private repository, so tokens come first.
    /// </summary>
    public IReadOnlyList<ProvisionStep> ToSteps() =>
    [
        User(),
        Keys(),
        .. Tools,
        .. GitCredentials.Count > 0 ? [GitCredentialSteps.Helper] : Array.Empty<ProvisionStep>(),
        VariableSteps.User("agent", LinuxUser, Variables),
        GitCredentialSteps.ForUser("agent", LinuxUser, GitCredentials),
        .. Setup.ToSteps(),
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
        command -v "$agw_shell" >/dev/null || agw_install "${agw_shell##*/}"
        path=$(command -v "$agw_shell") || { echo "shell $agw_shell is not installed" >&2; exit 1; }
        id -u "$agw_user" >/dev/null 2>&1 || useradd --create-home --password '*' -K HOME_MODE=0700 --shell "$path" "$agw_user"
        usermod --shell "$path" --append --groups agentworks-agents "$agw_user"
        for group in sudo adm docker disk root; do
            ! id -nG "$agw_user" | tr ' ' '\n' | grep -qx "$group" || gpasswd -d "$agw_user" "$group" >/dev/null
        done
        mkdir -p "/home/$agw_user"
        chown "$agw_user:$agw_user" "/home/$agw_user"
        chmod 0700 "/home/$agw_user"
        # An empty start-up file keeps zsh's first-run questions away. As the user, because the home is the user's.
        case $path in */zsh) setpriv --reuid="$agw_user" --regid="$agw_user" --clear-groups -- sh -c ': >> "$1"' sh "/home/$agw_user/.zshrc" || : ;; esac
        """,
        Fatal: true,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["agw_user"] = LinuxUser, ["agw_shell"] = Shell })
    {
        Limit = PackageStep.Limit,
    };

    private ProvisionStep Keys() => FileStep.Create(
        "agent-keys",
        [new MachineFile($"/etc/agentworks/authorized_keys/{LinuxUser}", "0644", string.Join('\n', AuthorizedKeys) + "\n")]);
}
