# USER PATH. Removes a workspace, whole or half made, and proves that it is gone.
set -u
user=$1 path=$2
root=${path%/*}
agw_tree() {
    [ -e "$1" ] || return 0
    until btrfs -q subvolume delete "$1" >/dev/null 2>&1; do
        agw_inner "$1" || { rm -rf "$1"; return; }
    done
}

# Agents may have made subvolumes of their own in there, read-only ones too, which rm cannot remove. They go by id, and only where the
# kernel says that they are inside: a list of names can be made to say anything, and a path can change under us. False when none went.
agw_inner() (
    [ "$(stat -f -c %T "$1")" = btrfs ] && [ "$(stat -c %i "$1")" = 256 ] || exit 1
    agw_place() { btrfs inspect-internal subvolid-resolve "$1" "$2" 2>/dev/null; }
    tree=$(agw_place "$(btrfs inspect-internal rootid "$1")" "$1") || exit 1
    gone=1
    for id in $(btrfs subvolume list "$1" | sed -n 's/^ID \([0-9]*\) .*/\1/p' | sort -rnu); do
        case $(agw_place "$id" "$1") in
        "$tree"/*) ! btrfs -q subvolume delete --subvolid "$id" "$1" >/dev/null 2>&1 || gone=0 ;;
        esac
    done
    exit "$gone"
)
if uid=$(id -u "$user" 2>/dev/null); then
    agw_end_processes "$uid"
fi
agw_tree "$path"
agw_tree "$root/.new-$user"
if id -u "$user" >/dev/null 2>&1; then userdel "$user" 2>/dev/null; fi
if getent group "$user" >/dev/null; then groupdel "$user"; fi
rm -rf "/var/lib/agentworks/homes/$user" "/run/agentworks/clone/$user"
if [ -e "$path" ] || id -u "$user" >/dev/null 2>&1 || getent group "$user" >/dev/null; then
    echo "something of $path or user $user is left" >&2
    exit 1
fi
exit 0
