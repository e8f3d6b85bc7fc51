# Makes a disk of a root file system, as root or as what stands for root in a user namespace: $1 the tar, $2 the folder in which there is room,
# $3 how many GiB it has at least. Same input, same disk. What the loader needs is laid beside it.
set -eu
umask 077
tree=$2/tree
rm -rf "$tree"
mkdir "$tree"
chmod 0755 "$tree"
# Without device nodes, which a user namespace may not make; the machine's kernel makes its own.
tar -xpf "$1" -C "$tree" --numeric-owner --xattrs --xattrs-include='*' --exclude='./dev/*'
cp "$tree/boot/agentworks.kernel" "$2/packed"
cp "$tree/boot/agentworks.initrd" "$2/initrd"
cp "$tree/boot/agentworks.packages" "$2/packages"
rm -f "$2/disk.raw"
# No larger than it must be: a machine's disk can only be grown.
size=$(($(du -sm --apparent-size "$tree" | cut -f 1) * 2 / 1024 + 1))
[ "$size" -ge "$3" ] || size=$3
truncate -s "${size}G" "$2/disk.raw"
export E2FSPROGS_FAKE_TIME="${SOURCE_DATE_EPOCH:-1}" PATH="$PATH:/usr/sbin:/sbin"
# The file is zeros: no inode table need be written, now or by the machine.
mke2fs -q -F -t ext4 -m 0 -U 61676777-0000-4000-8000-000000000001 \
  -E assume_storage_prezeroed=1,hash_seed=61676777-0000-4000-8000-000000000002,root_owner=0:0 -d "$tree" "$2/disk.raw"
rm -rf "$tree"
