# FROM USER PATH ADMIN KEEP, after workspace-stage.sh. Copies a workspace on its own machine; prints how. A subvolume is snapshot in one instant.
# Else files share their blocks where the file system can, and are copied where not.
set -eu
umask 077
from=$1 user=$2 path=$3 admin=$4 keep=$5
[ -d "$from" ] && [ ! -L "$from" ] || { echo "$from is not there" >&2; exit 1; }
agw_alone "$user"
agw_user "$user"
agw_admin_joins "$user" "$admin"
! agw_is_there "$user" "$path" || exit 0
stage=$(agw_stage "$path")
trap 'agw_clear_stage "$stage"' EXIT
trap 'exit 143' HUP INT TERM
agw_open_stage "$stage" bare
how=copy
if agw_is_subvolume "$from" && btrfs -q subvolume snapshot "$from" "$stage/tree" >/dev/null 2>&1; then
    how=snapshot
else
    agw_new_folder "$stage/tree"
    agw_confined "$from" "$stage/tree" -- cp -a --reflink=auto /from/. /to/
fi
agw_settle "$stage/tree" "$user" "$keep"
agw_arrive "$stage" "$path" "$user"
echo "$how"
