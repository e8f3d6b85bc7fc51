# USER PATH ID TREES…, after processes.sh and workspace-common.sh. Removes a workspace, whole or half made, with its snapshots, which lie in the folders
# TREES and beside it, and proves that it is gone.
set -u
user=$1 path=$2 id=$3
root=${path%/*}
shift 3
# A copy that was cut off may still be clearing up.
if [ -d /run/agentworks ]; then
    exec 8> "/run/agentworks/$user.lock"
    flock -w 60 8
fi
if uid=$(id -u "$user" 2>/dev/null); then
    agw_end_processes "$uid"
fi
# A fork's own tree is where its mount shows it from.
if [ -s /etc/agentworks/mapped ] && raw=$(agw_mapped show "$path"); then
    set -- "$@" "${raw%/fork *}"
    agw_mapped force "$path"
fi
agw_discard "$path"
for trees in "$root/_trees/$user" "$@"; do
    case $trees in */_trees/"$user") ;; *) continue ;; esac
    for tree in "$trees"/*; do agw_discard "$tree"; done
    rm -rf "$trees"
    rmdir "${trees%/*}" 2>/dev/null
    [ ! -e "$trees" ] || { echo "$trees is left" >&2; exit 1; }
done
agw_discard "$root/.new-$user"
agw_discard "$root/.copy-${path##*/}/tree"
rm -rf "$root/.copy-${path##*/}" "/run/agentworks/send-${path##*/}"
agw_discard "$root/.send-${path##*/}"
agw_discard "$root/.gone-${path##*/}"
agw_reclaim "$root"
if id -u "$user" >/dev/null 2>&1; then
    userdel "$user" 2>/dev/null || {
        agw_reclaim "$root" now
        sync
        userdel "$user" 2>/dev/null
    }
fi
if getent group "$user" >/dev/null; then groupdel "$user"; fi
rm -rf "/run/agentworks/clone/$user" "/run/agentworks/variables/$id"
rm -rf "/var/lib/agentworks/homes/$user" "/run/agentworks/$user.lock" "/run/agentworks/read-${path##*/}.lock"
if [ -e "$path" ] || id -u "$user" >/dev/null 2>&1 || getent group "$user" >/dev/null; then
    echo "something of $path or user $user is left" >&2
    exit 1
fi
exit 0
