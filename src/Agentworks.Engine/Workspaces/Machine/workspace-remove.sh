# USER PATH. Removes a workspace, whole or half made, and proves that it is gone.
set -u
user=$1 path=$2
root=${path%/*}
agw_tree() {
    [ -e "$1" ] || return 0
    btrfs -q subvolume delete "$1" >/dev/null 2>&1 || rm -rf "$1"
}
if uid=$(id -u "$user" 2>/dev/null); then
    tries=100
    while pids=$(pgrep -u "$uid" | tr '\n' ' '); [ -n "$pids" ] && [ "$tries" -gt 0 ]; do
        kill -KILL $pids 2>/dev/null
        tries=$((tries - 1))
        sleep 0.02
    done
fi
agw_tree "$path"
agw_tree "$root/.new-$user"
if id -u "$user" >/dev/null 2>&1; then userdel "$user" 2>/dev/null; fi
if getent group "$user" >/dev/null; then groupdel "$user"; fi
rm -rf "/var/lib/agentworks/homes/$user"
if [ -e "$path" ] || id -u "$user" >/dev/null 2>&1 || getent group "$user" >/dev/null; then
    echo "something of $path or user $user is left" >&2
    exit 1
fi
exit 0
