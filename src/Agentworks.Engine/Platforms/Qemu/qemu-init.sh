#!/bin/busybox sh
# The whole initrd: finds the disk, gives the machine its identity and its network card, and hands over to systemd.
# The second disk is a tar of what must be this machine's alone. It is unpacked when the disk last belonged to another machine, so that a
# fork never wakes up with the keys of what it was forked from.
set -u
export PATH=/bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
fail() {
  echo "agentworks: $*" > /dev/console
  poweroff -f
}
case $(cat /proc/cmdline) in
*agentworks.probe*)
  # Whether the processor works at all: some work on every one of them, and an orderly end.
  for number in 1 2 3 4; do
    sha256sum /bin/busybox > /dev/null &
  done
  wait
  echo 'agentworks: probe' > /dev/console
  poweroff -f
  ;;
esac
for module in $(cat /modules/order); do
  insmod "/modules/$module" || echo "agentworks: $module cannot be loaded" > /dev/console
done
tries=0
until [ -b /dev/vda ] && [ -b /dev/vdb ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 200 ] || fail 'the disks are missing'
  usleep 20000
done
mount -t ext4 -o noatime,noinit_itable /dev/vda /root || fail 'the disk cannot be mounted'

tar -xf /dev/vdb -C /seed || fail 'the machine has no identity'
mark=/root/var/lib/agentworks/instance
if ! cmp -s /seed/instance "$mark"; then
  rm -rf /root/etc/ssh/ssh_host_* /root/var/lib/dbus/machine-id "$mark"
  mkdir -p "${mark%/*}"
  cp -a /seed/files/. /root/ || fail 'the identity cannot be written'
  sync
  cp /seed/instance "$mark"
fi

# The system of an image that others made.
if [ -e /prepare ] && [ ! -e /root/var/lib/agentworks/prepared ]; then
  chroot /root /bin/sh < /prepare > /dev/console 2>&1 || fail 'the system cannot be prepared'
  sync
fi

# A disk larger than its file system: block count at byte 4 of the superblock, and how often 1 KiB is doubled for a block at byte 24.
blocks=$(dd if=/dev/vda bs=4 skip=257 count=1 2> /dev/null | od -A n -t u4)
double=$(dd if=/dev/vda bs=4 skip=262 count=1 2> /dev/null | od -A n -t u4)
ip link set lo up
ip addr add 10.0.3.15/24 dev eth0
ip link set eth0 up
ip route add default via 10.0.3.2
mount --move /dev /root/dev
mount --move /proc /root/proc
mount --move /sys /root/sys
if [ $((blocks * (2 << double))) -lt "$(cat /root/sys/block/vda/size)" ]; then
  chroot /root /sbin/resize2fs /dev/vda > /dev/null 2>&1 || echo 'agentworks: the file system cannot be grown' > /root/dev/console
fi
exec switch_root /root /sbin/init
