# Runs on the host as the last step of mmdebstrap; $1 is the new root.
# Takes out what must differ from machine to machine, and what a container boots faster without.
set -eu
root=$1
cd "$root"

rm -f etc/ssh/ssh_host_* etc/resolv.conf etc/update-motd.d/10-uname var/lib/dbus/machine-id
: > etc/machine-id
: > etc/motd
echo localhost > etc/hostname
printf '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n' > etc/hosts
echo 'LANG=C.UTF-8' > etc/default/locale
: > etc/fstab

# Units of hardware, consoles and periodic upkeep. journal-flush has nothing to flush: the journal stays in memory.
units='apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer dpkg-db-backup.timer
  console-getty.service container-getty@.service getty@.service serial-getty@.service getty-static.service
  systemd-udevd.service systemd-udevd-control.socket systemd-udevd-kernel.socket systemd-udev-trigger.service systemd-udev-settle.service
  systemd-timesyncd.service systemd-networkd.service systemd-networkd.socket systemd-pstore.service systemd-journal-flush.service
  systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-tmpfiles-setup-dev.service systemd-remount-fs.service
  systemd-hwdb-update.service systemd-random-seed.service systemd-binfmt.service proc-sys-fs-binfmt_misc.automount
  dev-hugepages.mount dev-mqueue.mount sys-fs-fuse-connections.mount sys-kernel-config.mount sys-kernel-debug.mount
  sys-kernel-tracing.mount'
for unit in $units; do
  ln -sf /dev/null "etc/systemd/system/$unit"
done
ln -sf /lib/systemd/system/multi-user.target etc/systemd/system/default.target

mkdir -p etc/systemd/journald.conf.d etc/systemd/system/ssh.service.d etc/tmpfiles.d
printf '[Journal]\nStorage=volatile\nRuntimeMaxUse=32M\nForwardToSyslog=no\n' > etc/systemd/journald.conf.d/agentworks.conf
# The configuration test before each start costs more than sshd's own start, and sshd makes the same test.
printf '[Service]\nExecStartPre=\n' > etc/systemd/system/ssh.service.d/agentworks.conf
# Nobody is kept out while it boots: logins are possible as soon as sshd listens.
ln -sf /dev/null etc/tmpfiles.d/systemd-nologin.conf

# Tells systemd that /etc and /var fit this /usr, so that the first boot rebuilds nothing.

touch -r usr etc/.updated var/.updated
chroot "$root" dpkg-query -W -f '${Package} ${Version}\n' > "$root.packages"
