# PATH USER ID, after workspace-stage.sh, with agw_create. Prints what snapshot-create.pl says of a snapshot that it has "made".
set -eu
umask 077
answer=$(agw_create "$@")
set -- $answer
[ "$1" = copy ] || { echo "$answer"; exit 0; }
raw=$2 tree=$3
shift 3
agw_alone "$(basename "${tree%/*}")"
trap 'agw_discard "$tree.new"' EXIT
trap 'exit 143' HUP INT TERM
agw_new_folder "$tree.new"
how=copy
probe=$(mktemp -p "$tree.new")
! cp --reflink=always "$probe" "$probe.copy" 2>/dev/null || how=reflink
rm -f "$probe" "$probe.copy"
agw_confined "$raw" "$tree.new" -- cp -a --reflink=auto /from/. /to/
mv -T "$tree.new" "$tree"
! agw_is_btrfs "$tree" || btrfs -q property set -ts "$tree" ro true
echo "made $how $tree $*"
