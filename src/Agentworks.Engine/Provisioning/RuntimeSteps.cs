namespace Agentworks.Provisioning;

/// <summary>What workspaces and sessions stand on.</summary>
public static class RuntimeSteps
{
    /// <summary>The step whose detail is the kind of store: btrfs, reflink or plain.</summary>
    public const string WorkspaceStoreStep = "workspace-store";

    // /run is empty after every boot.
    public static ProvisionStep Folders(string adminUser) => FileStep.Create(
        "runtime-folders",
        [
            new MachineFile("/usr/lib/tmpfiles.d/agentworks.conf", "0644", $"""
                d /run/agentworks 0711 root root
                d /run/agentworks/sessions 0711 root root
                d /run/agentworks/start 0700 root root
                d /run/agentworks/consoles 0700 {adminUser} root
                d /var/lib/agentworks 0711 root root
                d /var/lib/agentworks/sessions 0700 root root
                d /var/lib/agentworks/homes 0711 root root
                d /var/log/agentworks 0700 root root
                d /var/log/agentworks/sessions 0700 root root

                """),
        ],
        "systemd-tmpfiles --create /usr/lib/tmpfiles.d/agentworks.conf");

    public static ProvisionStep Sessions => FileStep.Create(
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

    public static ProvisionStep Consoles => FileStep.Create(
        "console-runtime",
        [
            new MachineFile("/etc/agentworks/console.conf", "0644", EmbeddedText.Read("console.conf")),
            new MachineFile("/usr/lib/agentworks/console-window", "0755", EmbeddedText.Read("console-window.pl")),
            new MachineFile("/usr/lib/agentworks/console-attach", "0755", EmbeddedText.Read("console-attach.pl")),
            new MachineFile("/usr/lib/agentworks/console-shell", "0755", EmbeddedText.Read("console-shell.sh")),
            new MachineFile("/usr/lib/agentworks/console-layout", "0755", EmbeddedText.Read("console-layout.pl")),
        ]);

    public static ProvisionStep WorkspaceStore(string root) => new(
        WorkspaceStoreStep,
        """
        [ -d "$agw_root" ] && [ "$(stat -c '%a %u' "$agw_root")" = '711 0' ] && cat /etc/agentworks/workspace-store
        """,
        EmbeddedText.Read("workspace-store.sh"),
        Fatal: true,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["agw_root"] = root });

    /// <summary>
    /// No setuid program and no device works in a workspace, which is what agents write. Homes and workspaces that share a file system
    /// with the system itself cannot be told apart so.
    /// </summary>
    public static ProvisionStep WorkspaceMount(string root)
    {
        var unit = FileStep.Create(
            "workspace-mount",
            [
                new MachineFile("/etc/systemd/system/agentworks-workspaces.service", "0644", $"""
                    [Unit]
                    Description=No setuid programs and no devices in workspaces
                    DefaultDependencies=no
                    After=local-fs.target
                    Before=basic.target

                    [Service]
                    Type=oneshot
                    RemainAfterExit=yes
                    ExecStart=/usr/bin/mount -o remount,bind,nosuid,nodev {root}

                    [Install]
                    WantedBy=sysinit.target

                    """),
            ],
            """
            systemctl daemon-reload
            systemctl enable --quiet agentworks-workspaces.service
            systemctl restart agentworks-workspaces.service
            """,
            fatal: false);
        return unit with
        {
            Check = """
                mountpoint -q "$agw_root" || { echo 'workspaces lie on the file system of the machine itself'; exit 77; }
                options=,$(findmnt -n -o VFS-OPTIONS --mountpoint "$agw_root" | tail -n 1),
                case $options in *,nosuid,*) ;; *) exit 1 ;; esac
                case $options in *,nodev,*) ;; *) exit 1 ;; esac

                """ + unit.Check,
            Variables = new Dictionary<string, string>(unit.Variables, StringComparer.Ordinal) { ["agw_root"] = root },
        };
    }
}
