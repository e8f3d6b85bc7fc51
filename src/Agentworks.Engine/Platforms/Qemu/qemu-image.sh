# Runs as the last step of mmdebstrap, as root or as what stands for root in a user namespace; $1 is the new root.
# Takes out what must differ from machine to machine and what a virtual machine boots faster without, and makes the initrd.
set -eu
root=$1
cd "$root"

rm -f etc/ssh/ssh_host_* etc/resolv.conf etc/update-motd.d/10-uname var/lib/dbus/machine-id var/lib/systemd/random-seed
: > etc/machine-id
: > etc/motd
echo localhost > etc/hostname
printf '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n' > etc/hosts
echo 'nameserver 10.0.2.3' > etc/resolv.conf
echo 'LANG=C.UTF-8' > etc/default/locale
: > etc/fstab

@system@

# The initrd: busybox, the drivers in the order in which they need each other, and an init.
release=$(ls usr/lib/modules)
tree=usr/lib/modules/$release
initrd=var/tmp/initrd
rm -rf "$initrd"
mkdir -p "$initrd/bin" "$initrd/modules" "$initrd/dev" "$initrd/proc" "$initrd/sys" "$initrd/root" "$initrd/seed"
# What a driver needs stands after the colon in modules.dep, what is needed first at the end.
for module in virtio_pci virtio_blk virtio_net virtio-rng virtio_console; do
  line=$(grep "/$module.ko:" "$tree/modules.dep")
  needed=
  for file in ${line%%:*} ${line#*:}; do
    needed="$file $needed"
  done
  for file in $needed; do
    [ ! -e "$initrd/modules/${file##*/}" ] || continue
    cp "$tree/$file" "$initrd/modules/"
    echo "${file##*/}" >> "$initrd/modules/order"
  done
done
cp usr/bin/busybox "$initrd/bin/busybox" 2> /dev/null || cp bin/busybox "$initrd/bin/busybox"
for name in sh cat chroot cmp cp dd echo insmod ip mkdir mount od poweroff rm sha256sum switch_root sync tar usleep; do
  ln -s busybox "$initrd/bin/$name"
done
cat > "$initrd/init" <<'INIT'
@init@
INIT
chmod 0755 "$initrd/init"
find "$initrd" -exec touch -h -d "@${SOURCE_DATE_EPOCH:-0}" {} +
chroot "$root" sh -c 'cd /var/tmp/initrd && find . | LC_ALL=C sort | busybox cpio -o -H newc' > boot/agentworks.initrd
rm -rf "$initrd"
mv "boot/vmlinuz-$release" boot/agentworks.kernel
rm -f boot/initrd.img* boot/System.map*

# Tells systemd that /etc and /var fit this /usr, so that the first boot rebuilds nothing.
touch -r usr etc/.updated var/.updated
chroot "$root" dpkg-query -W -f '${Package} ${Version}\n' > boot/agentworks.packages
