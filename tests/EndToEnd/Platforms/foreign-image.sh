# Makes the disk of a Debian that boots by itself, as those for clouds are: $1 a folder, $2 the name of a kind of partition table. Runs as root, or as
# what stands for root in a user namespace. There is no boot loader on it: what is to be started is the kernel under /boot.
set -eu
cd "$1"
mkdir tree
tar -xpf root.tar -C tree --numeric-owner --exclude='./dev/*'
printf 'PARTUUID=11111111-2222-3333-4444-555555555555 / ext4 rw 0 1\nPARTUUID=99999999-2222-3333-4444-555555555555 /boot/efi vfat defaults 0 0\n' > tree/etc/fstab
rm -f tree/etc/resolv.conf
ln -s /run/systemd/resolve/stub-resolv.conf tree/etc/resolv.conf
echo cloud > tree/etc/hostname
truncate -s 1500M part.raw
PATH=$PATH:/usr/sbin:/sbin
mke2fs -q -F -t ext4 -E root_owner=0:0 -d tree part.raw
rm -rf tree
truncate -s 1520M disk.raw
sfdisk -q disk.raw <<EOF
label: $2
start=2048, size=16384
start=20480, size=3072000, bootable
EOF
dd if=part.raw of=disk.raw bs=1M seek=10 conv=notrunc,sparse status=none
rm part.raw
qemu-img convert -f raw -O qcow2 disk.raw disk.qcow2
rm disk.raw
