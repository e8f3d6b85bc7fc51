namespace Agentworks.Provisioning;

/// <summary>What bootstrap makes of a bare Debian: an administrator who can log in, and a machine on which users are private from each other.</summary>
public sealed record BootstrapPlan
{
    public const string KeysStep = "admin-keys";
    public const string MarkStep = "ownership-mark";

    /// <summary>One file of authorized keys for each user.</summary>
    public const string KeysFolder = "/etc/agentworks/authorized_keys";

    /// <summary>Says which machine of whose this is.</summary>
    public const string MarkFile = "/etc/agentworks/machine";

    public required string VmId { get; init; }
    public required string OwnerTag { get; init; }
    public required string HostName { get; init; }
    public required string AdminUser { get; init; }

    /// <summary>Public keys, one a line of authorized_keys.</summary>
    public required IReadOnlyList<string> AuthorizedKeys { get; init; }

    /// <summary>False for an adopted machine, whose name is its owner's business.</summary>
    public required bool SetHostName { get; init; }

    public IReadOnlyList<ProvisionStep> ToSteps() =>
    [
        SystemdIsThere,
        AdminIsThere(),
        AdminMaySudo(),
        AdminKeys(),
        SshServer,
        .. SetHostName ? [MachineName()] : Array.Empty<ProvisionStep>(),
        PrivateHomes,
        ProcessesArePrivate,
        KernelBaseline,
        OwnershipMark(),
    ];

    private static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>(StringComparer.Ordinal);

    private static ProvisionStep SystemdIsThere => new(
        "debian-with-systemd",
        "[ -d /run/systemd/system ] && . /etc/os-release && [ \"$ID\" = debian ]",
        "echo 'the machine must be Debian, booted with systemd' >&2; exit 1",
        Fatal: true,
        None);

    private ProvisionStep AdminIsThere() => new(
        "admin-user",
        """
        id -u "$agw_admin" >/dev/null && getent group agentworks-agents >/dev/null
        """,
        """
        getent group agentworks-agents >/dev/null || groupadd --system agentworks-agents
        id -u "$agw_admin" >/dev/null 2>&1 || useradd --create-home --password '*' -K HOME_MODE=0700 --shell /bin/bash \
            --comment 'Agentworks administrator' "$agw_admin"
        """,
        Fatal: true,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["agw_admin"] = AdminUser });

    private ProvisionStep AdminMaySudo() => FileStep.Create(
        "admin-sudo",
        [new MachineFile("/etc/sudoers.d/agentworks", "0440", $"Defaults:{AdminUser} !requiretty, use_pty\n{AdminUser} ALL=(ALL:ALL) NOPASSWD: ALL\n")],
        "visudo -cqf /etc/sudoers.d/agentworks || { rm -f /etc/sudoers.d/agentworks; echo 'visudo refused the rule' >&2; exit 1; }");

    private ProvisionStep AdminKeys() => FileStep.Create(
        KeysStep,
        [new MachineFile($"{KeysFolder}/{AdminUser}", "0644", string.Join('\n', AuthorizedKeys) + "\n")],
        "chmod 0755 /etc/agentworks /etc/agentworks/authorized_keys");

    // Keys of agents lie where no agent can write, so that an agent cannot let others in as itself.
    private static ProvisionStep SshServer => FileStep.Create(
        "ssh-server",
        [
            new MachineFile("/etc/ssh/sshd_config.d/50-agentworks.conf", "0644", """
                # Written by Agentworks.
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                PermitEmptyPasswords no
                X11Forwarding no
                ClientAliveInterval 30
                ClientAliveCountMax 4
                MaxSessions 64
                MaxStartups 64:30:256
                UseDNS no
                AuthorizedKeysFile .ssh/authorized_keys /etc/agentworks/authorized_keys/%u
                Match Group agentworks-agents
                    AuthorizedKeysFile /etc/agentworks/authorized_keys/%u
                    AllowTcpForwarding no
                    AllowStreamLocalForwarding no
                    AllowAgentForwarding no
                    PermitTunnel no

                """),
        ],
        """
        grep -qs '^Include /etc/ssh/sshd_config.d/' /etc/ssh/sshd_config || sed -i '1i Include /etc/ssh/sshd_config.d/*.conf' /etc/ssh/sshd_config
        mkdir -p /run/sshd
        sshd -t || { rm -f /etc/ssh/sshd_config.d/50-agentworks.conf; echo 'sshd refused its configuration' >&2; exit 1; }
        systemctl reload-or-restart ssh
        """);

    private ProvisionStep MachineName() => new(
        "host-name",
        """
        [ "$(hostname)" = "$agw_host" ] && [ "$(cat /etc/hostname)" = "$agw_host" ]
        grep -qE "^127\.0\.1\.1[[:space:]]+$agw_host\$" /etc/hosts
        """,
        """
        printf '%s\n' "$agw_host" > /etc/hostname
        hostname "$agw_host"
        sed -i '/^127\.0\.1\.1[[:space:]]/d' /etc/hosts
        printf '127.0.1.1 %s\n' "$agw_host" >> /etc/hosts
        """,
        Fatal: false,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["agw_host"] = HostName });

    private static ProvisionStep PrivateHomes => new(
        "private-homes",
        """
        grep -qE '^HOME_MODE[[:space:]]+0700$' /etc/login.defs
        for home in /home/*/; do
            [ -d "$home" ] || continue
            case $(stat -c %a "$home") in *00) ;; *) exit 1 ;; esac
        done
        """,
        """
        sed -i '/^[#[:space:]]*HOME_MODE/d' /etc/login.defs
        printf 'HOME_MODE\t0700\n' >> /etc/login.defs
        for home in /home/*/; do
            [ -d "$home" ] || continue
            chmod go= "$home"
        done
        """,
        Fatal: false,
        None);

    // In a container /proc is its own mount; in a bare mount namespace it would be the host's, which is why 77 is possible.
    private static ProvisionStep ProcessesArePrivate => HidePidUnit with
    {
        Check = HidePidUnit.Check + "grep -qE '^proc /proc proc .*hidepid=(2|invisible)' /proc/mounts",
    };

    private static ProvisionStep HidePidUnit => FileStep.Create(
        "private-processes",
        [
            new MachineFile("/etc/systemd/system/agentworks-private-proc.service", "0644", """
                [Unit]
                Description=Show users only their own processes
                DefaultDependencies=no
                After=local-fs.target
                Before=basic.target

                [Service]
                Type=oneshot
                RemainAfterExit=yes
                ExecStart=/usr/bin/mount -o remount,nosuid,nodev,noexec,hidepid=2 /proc

                [Install]
                WantedBy=sysinit.target

                """),
        ],
        """
        systemctl daemon-reload
        systemctl enable --quiet agentworks-private-proc.service
        systemctl start agentworks-private-proc.service
        """,
        fatal: false);

    private static ProvisionStep KernelBaseline => new(
        "kernel-baseline",
        """
        for want in kernel.dmesg_restrict=1 kernel.kptr_restrict=1 kernel.unprivileged_bpf_disabled=1 fs.protected_symlinks=1 \
                    fs.protected_hardlinks=1 fs.protected_fifos=1 fs.protected_regular=1 kernel.yama.ptrace_scope=1; do
            file=/proc/sys/$(printf %s "${want%=*}" | tr . /)
            [ -e "$file" ] || continue
            [ "$(cat "$file")" -lt "${want#*=}" ] || continue
            [ ! -w "$file" ] || exit 1
            echo 'the kernel belongs to the host; its settings are left as they are'
            exit 77
        done
        """,
        """
        {
            echo '# Written by Agentworks.'
            for want in kernel.dmesg_restrict=1 kernel.kptr_restrict=1 kernel.unprivileged_bpf_disabled=1 fs.protected_symlinks=1 \
                        fs.protected_hardlinks=1 fs.protected_fifos=1 fs.protected_regular=1 kernel.yama.ptrace_scope=1; do
                [ -e "/proc/sys/$(printf %s "${want%=*}" | tr . /)" ] && echo "$want"
            done
        } > /etc/sysctl.d/60-agentworks.conf
        if ! [ -w /proc/sys/kernel/dmesg_restrict ] || ! sysctl -q -p /etc/sysctl.d/60-agentworks.conf; then
            echo 'the kernel belongs to the host; its settings are left as they are'
            exit 77
        fi
        """,
        Fatal: false,
        None);

    private ProvisionStep OwnershipMark() => FileStep.Create(
        MarkStep,
        [new MachineFile(MarkFile, "0644", $"id={VmId}\nowner={OwnerTag}\n")]);
}
