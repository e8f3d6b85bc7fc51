namespace Agentworks.Provisioning;

/// <summary>What makes a machine ready for workspaces, agents and sessions. Safe to run at any time; a second run changes nothing.</summary>
public sealed record InitializationPlan
{
    public required string WorkspacesPath { get; init; }
    public required string AdminUser { get; init; }
    public required string AdminShell { get; init; }

    /// <summary>More Debian packages, as the template lists them.</summary>
    public IReadOnlyList<string> AptPackages { get; init; } = [];

    private static readonly string[] OwnPackages = ["tmux", "git", "acl", "perl-base", "btrfs-progs", "procps", "ca-certificates"];

    public IReadOnlyList<ProvisionStep> ToSteps() =>
    [
        Packages("base-packages", OwnPackages, fatal: true),
        .. AptPackages.Count > 0 ? [Packages("apt-packages", AptPackages, fatal: false)] : Array.Empty<ProvisionStep>(),
        RuntimeFolders,
        SessionRuntime,
        WorkspaceStore(),
        AdminLoginShell(),
    ];

    private static ProvisionStep Packages(string name, IReadOnlyList<string> packages, bool fatal) => new(
        name,
        """
        [ "$(dpkg-query -W -f '${db:Status-Abbrev}\n' $agw_packages 2>/dev/null | grep -c '^ii')" = "$agw_count" ]
        """,
        """
        apt-get -q update
        apt-get -q install -y --no-install-recommends -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold -- $agw_packages
        """,
        fatal,
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["agw_packages"] = string.Join(' ', packages.Distinct(StringComparer.Ordinal)),
            ["agw_count"] = packages.Distinct(StringComparer.Ordinal).Count().ToString(System.Globalization.CultureInfo.InvariantCulture),
        });

    // /run is empty after every boot.
    private static ProvisionStep RuntimeFolders => FileStep.Create(
        "runtime-folders",
        [
            new MachineFile("/usr/lib/tmpfiles.d/agentworks.conf", "0644", """
                d /run/agentworks 0711 root root
                d /run/agentworks/sessions 0711 root root
                d /run/agentworks/start 0700 root root
                d /var/lib/agentworks 0711 root root
                d /var/lib/agentworks/sessions 0700 root root
                d /var/lib/agentworks/homes 0711 root root
                d /var/lib/agentworks/users 0700 root root
                d /var/log/agentworks 0700 root root
                d /var/log/agentworks/sessions 0700 root root

                """),
        ],
        "systemd-tmpfiles --create /usr/lib/tmpfiles.d/agentworks.conf");

    private static ProvisionStep SessionRuntime => FileStep.Create(
        "session-runtime",
        [
            new MachineFile("/etc/agentworks/tmux.conf", "0644", EmbeddedText.Read("tmux.conf")),
            new MachineFile("/etc/systemd/system/agentworks-session@.service", "0644", EmbeddedText.Read("agentworks-session@.service")),
            new MachineFile("/usr/lib/agentworks/session-start", "0755", EmbeddedText.Read("session-start.sh")),
            new MachineFile("/usr/lib/agentworks/session-pane", "0755", EmbeddedText.Read("session-pane.sh")),
            new MachineFile("/usr/lib/agentworks/session-ended", "0755", EmbeddedText.Read("session-ended.sh")),
            new MachineFile("/usr/lib/agentworks/session-log", "0755", EmbeddedText.Read("session-log.pl")),
        ],
        "chmod 0755 /etc/agentworks /usr/lib/agentworks; systemctl daemon-reload");

    /// <summary>The step whose detail is the kind of store: btrfs, reflink or plain.</summary>
    public const string WorkspaceStoreStep = "workspace-store";

    private ProvisionStep WorkspaceStore() => new(
        WorkspaceStoreStep,
        """
        [ -d "$agw_root" ] && [ "$(stat -c '%a %u' "$agw_root")" = '711 0' ] && cat /etc/agentworks/workspace-store
        """,
        EmbeddedText.Read("workspace-store.sh"),
        Fatal: true,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["agw_root"] = WorkspacesPath });

    private ProvisionStep AdminLoginShell() => new(
        "admin-shell",
        """
        [ "$(getent passwd "$agw_admin" | cut -d: -f7)" = "$(command -v "$agw_shell")" ]
        """,
        """
        command -v "$agw_shell" >/dev/null || apt-get -q install -y --no-install-recommends -- "${agw_shell##*/}"
        path=$(command -v "$agw_shell") || { echo "shell $agw_shell is not installed" >&2; exit 1; }
        home=$(getent passwd "$agw_admin" | cut -d: -f6)
        # An empty start-up file keeps zsh's first-run questions away.
        case $path in */zsh) [ -e "$home/.zshrc" ] || install -o "$agw_admin" -m 0600 /dev/null "$home/.zshrc" ;; esac
        usermod --shell "$path" "$agw_admin"
        """,
        Fatal: false,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["agw_admin"] = AdminUser, ["agw_shell"] = AdminShell });
}
