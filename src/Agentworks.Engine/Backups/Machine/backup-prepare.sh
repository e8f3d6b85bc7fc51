# ROOT ADMIN PATH…: takes a snapshot of each workspace, where its store can, and prints for each "snapshot", "live" or "missing"; before that, how
# this machine can pack, and the admin's home. What an earlier run that was killed has left is cleared away.
set -u
root=$1 admin=$2
shift 2
if command -v zstd >/dev/null; then echo zstd; else echo gzip; fi
getent passwd "$admin" | cut -d: -f6
for left in "$root"/.backup-*; do agw_discard "$left"; done
for path; do
    still=$(agw_still "$path")
    agw_discard "$still"
    if [ ! -d "$path" ] || [ -L "$path" ]; then
        echo missing
    elif agw_is_subvolume "$path" && btrfs -q subvolume snapshot -r "$path" "$still" >/dev/null 2>&1; then
        # Of one that a mount shows as its user's, the snapshot is to be shown so as well.
        if [ -s /etc/agentworks/mapped ] && place=$(agw_mapped show "$path"); then agw_mapped over "$still" ${place#* } "$(stat -c %U "$path")"; fi
        echo snapshot
    else
        echo live
    fi
done
