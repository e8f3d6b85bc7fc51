# Runs once in a system that others made, as root in its own root, before the first of its programs does: what our own images have from the start.
set -eu
cd /
# Of what it mounted only its root is there, under another name; and nobody tells it of a network but us.
[ ! -s etc/fstab ] || mv etc/fstab etc/fstab.imported
: > etc/fstab
rm -f etc/resolv.conf
echo 'nameserver 10.0.2.3' > etc/resolv.conf
mkdir -p etc/cloud
: > etc/cloud/cloud-init.disabled
for unit in networking.service ifup@.service systemd-networkd-wait-online.service systemd-resolved.service NetworkManager.service NetworkManager-wait-online.service \
  unattended-upgrades.service ssh.socket; do
  ln -sf /dev/null "etc/systemd/system/$unit"
done
# By our own key, which each machine's root has.
mkdir -p etc/ssh/sshd_config.d
echo 'PermitRootLogin prohibit-password' > etc/ssh/sshd_config.d/10-agentworks-root.conf

@system@

mkdir -p var/lib/agentworks
: > var/lib/agentworks/prepared
