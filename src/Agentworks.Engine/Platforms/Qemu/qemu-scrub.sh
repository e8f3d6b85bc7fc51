# Runs in a machine that becomes an image, as the last thing: takes out what its making left and what every machine must have of its own.
set -eu
cd /
dpkg-query -W -f '${Package} ${Version}\n'
rm -rf etc/ssh/ssh_host_* etc/agentworks/authorized_keys etc/agentworks/machine var/lib/systemd/random-seed var/lib/dbus/machine-id root/.ssh root/.bash_history
rm -rf var/lib/agentworks/ops var/lib/agentworks/instance var/tmp/* tmp/*
find var/log -type f -exec truncate -s 0 {} +
: > etc/machine-id
echo localhost > etc/hostname
touch -r usr etc/.updated var/.updated
sync
fstrim / 2> /dev/null || true
