# What a virtual machine of ours boots with, in the system whose root is the current folder.
# No udev: the few drivers are loaded by the initrd, and what is loaded later the kernel asks for itself.
units='apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer dpkg-db-backup.timer
  console-getty.service container-getty@.service getty@.service serial-getty@.service getty-static.service
  systemd-udevd.service systemd-udevd-control.socket systemd-udevd-kernel.socket systemd-udev-trigger.service systemd-udev-settle.service
  systemd-timesyncd.service systemd-networkd.service systemd-networkd.socket systemd-pstore.service systemd-journal-flush.service
  systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-remount-fs.service systemd-modules-load.service
  systemd-hwdb-update.service systemd-random-seed.service systemd-binfmt.service proc-sys-fs-binfmt_misc.automount
  systemd-boot-system-token.service systemd-machine-id-commit.service systemd-ask-password-wall.path systemd-ask-password-console.path
  dev-hugepages.mount dev-mqueue.mount sys-fs-fuse-connections.mount sys-kernel-config.mount sys-kernel-debug.mount
  sys-kernel-tracing.mount modprobe@configfs.service modprobe@dm_mod.service modprobe@drm.service modprobe@efi_pstore.service modprobe@fuse.service modprobe@loop.service
  systemd-growfs-root.service systemd-quotacheck.service keyboard-setup.service console-setup.service'
for unit in $units; do
  ln -sf /dev/null "etc/systemd/system/$unit"
done
ln -sf /lib/systemd/system/multi-user.target etc/systemd/system/default.target

mkdir -p etc/systemd/journald.conf.d etc/systemd/system/ssh.service.d etc/tmpfiles.d etc/systemd/system/multi-user.target.wants
printf '[Journal]\nStorage=volatile\nRuntimeMaxUse=32M\nForwardToSyslog=no\n' > etc/systemd/journald.conf.d/agentworks.conf
# The configuration test before each start costs more than sshd's own start, and sshd makes the same test.
printf '[Service]\nExecStartPre=\n' > etc/systemd/system/ssh.service.d/agentworks.conf
# Nobody is kept out while it boots: logins are possible as soon as sshd listens.
ln -sf /dev/null etc/tmpfiles.d/systemd-nologin.conf

# A user manager for each login of those who administrate would only be waited for.
sed -i 's/^session[[:space:]]*optional[[:space:]]*pam_systemd.so/session [success=1 default=ignore] pam_succeed_if.so quiet user in root:agentworks\n&/' etc/pam.d/common-session

# Word to whoever started the machine, with the number that the start was given.
cat > etc/systemd/system/agentworks-ready.service <<'UNIT'
[Unit]
Description=Tell that the machine is up
DefaultDependencies=no
Requires=ssh.service
After=ssh.service

[Service]
Type=oneshot
ExecStart=/bin/sh -c 'for word in $(cat /proc/cmdline); do case $word in agentworks.start=*) echo "agentworks: ready $${word#*=}" > /dev/console ;; esac; done'
UNIT
# Without udev nothing tells of the port of the guest agent, which is there from the start.
cat > etc/systemd/system/agentworks-guest.service <<'UNIT'
[Unit]
Description=Answer to the computer that runs the machine
After=agentworks-ready.service

[Service]
ExecStart=/bin/sh -c 'for port in /sys/class/virtio-ports/*; do [ "$(cat "$port/name")" != org.qemu.guest_agent.0 ] || exec /usr/sbin/qemu-ga --path="/dev/$${port##*/}" --logfile=/dev/null; done; exit 1'
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
UNIT
ln -sf /dev/null etc/systemd/system/qemu-guest-agent.service
ln -sf ../agentworks-ready.service etc/systemd/system/multi-user.target.wants/agentworks-ready.service
ln -sf ../agentworks-guest.service etc/systemd/system/multi-user.target.wants/agentworks-guest.service

# Another kernel, installed later, would not be the one that boots; its initrd would only cost time.
mkdir -p etc/initramfs-tools
printf 'update_initramfs=no\n' > etc/initramfs-tools/update-initramfs.conf
