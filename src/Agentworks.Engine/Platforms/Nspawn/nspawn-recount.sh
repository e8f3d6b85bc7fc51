# STORE LOCK: after subvolumes went, in the background. The kernel may give up counting when it clears one away (6.11 and later mark the counts
# inconsistent then), and limits hold only while it counts: so this waits until all are cleared away, and has it count anew.
set -u
exec 9>> "$2"
flock -w 300 9 || exit 0
groups=/sys/fs/btrfs/$(btrfs filesystem show "$1" | sed -n 's/.*uuid: //p')/qgroups
for i in $(seq 120); do
    # Nothing here keeps the store open: it may be unmounted at any time.
    [ -r "$groups/inconsistent" ] || exit 0
    left=$(btrfs subvolume list -d "$1" | head -n 1)
    [ "$(cat "$groups/inconsistent")" = 0 ] || btrfs quota rescan "$1"
    [ -n "$left" ] || { sleep 1; [ "$(cat "$groups/inconsistent")" != 0 ] || exit 0; }
    sleep 0.5
done
