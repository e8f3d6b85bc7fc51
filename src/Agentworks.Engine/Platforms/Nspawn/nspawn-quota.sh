# STORE: counts what each subvolume takes, and sees to it that the counts are right: limits hold only then.
set -eu
btrfs -q quota enable "$1"
groups=/sys/fs/btrfs/$(btrfs filesystem show "$1" | sed -n 's/.*uuid: //p')/qgroups

# Else the kernel gives up counting when a large subvolume goes.
[ ! -w "$groups/drop_subtree_threshold" ] || echo 8 > "$groups/drop_subtree_threshold"
if [ -r "$groups/inconsistent" ] && [ "$(cat "$groups/inconsistent")" != 0 ]; then
    timeout 60 btrfs quota rescan -w "$1" > /dev/null
fi
