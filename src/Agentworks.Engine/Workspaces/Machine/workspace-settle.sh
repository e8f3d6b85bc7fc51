# PATH OTHER USER AGENT…, after workspace-stage.sh and access.sh. A move from one to the other was cut off. Prints "moved" and how a snapshot
# is taken where it came to its end, "stayed" where it did not, and clears away what it left.
set -eu
umask 077
path=$1 other=$2 user=$3
shift 3
agw_alone "$user"
agw_clear_stage "$(agw_stage "$other")"
agw_discard "${path%/*}/.gone-${path##*/}"
if [ -s /etc/agentworks/mapped ]; then
    if agw_mapped show "$other" >/dev/null; then
        ! mountpoint -q "$path" || umount -l "$path"
        [ ! -e "$path" ] || rmdir "$path"
        agw_mapped restore
    elif agw_mapped show "$path" >/dev/null; then
        rmdir "$other" 2>/dev/null || :
        agw_mapped restore
    fi
fi
if agw_is_there "$user" "$path"; then
    if agw_is_there "$user" "$other"; then agw_discard "$other"; fi
    echo stayed
elif agw_is_there "$user" "$other"; then
    echo "moved $(agw_moved "$path" "$other" "$user" "$@")"
else
    echo "neither $path nor $other is there" >&2
    exit 1
fi
