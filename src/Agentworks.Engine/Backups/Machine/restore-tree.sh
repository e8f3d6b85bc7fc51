# KIND USER PATH ADMIN PACKER NAMES: unpacks what backup-send.sh wrote, which comes on standard input, beside PATH; what is whole takes its place.
# KIND: workspace or home. NAMES: "old new" a line, what users of the backup are called here; files of others become USER's. Prints
# "FINGERPRINT ENTRIES". The stream may come from anybody: it is unpacked where it can reach nothing else.
set -eu
umask 077
kind=$1 user=$2 path=$3 admin=$4 packer=$5 names=$6
stage=${path%/*}/.restore-${path##*/}
if [ -e "$stage/old" ]; then
    # Cut off between the two renames, or right after them.
    if [ -e "$path" ]; then agw_discard "$stage/old"; else mv -T "$stage/old" "$path"; fi
fi
agw_clear_stage "$stage"
trap 'rc=$?; [ "$rc" = 0 ] || agw_clear_stage "$stage"' EXIT
trap 'exit 143' HUP INT TERM
mkdir -m 0700 "$stage"
agw_new_folder "$stage/tree"
mkdir "$stage/nothing" "$stage/names"

# Users of the system are who they are here; those of the backup are whom they have become.
agw_names=$stage/names
awk -F: '$3 < 1000' /etc/passwd > "$agw_names/passwd"
awk -F: '$3 < 1000' /etc/group > "$agw_names/group"
keep=
while read -r old new; do
    [ -n "$old" ] || continue
    printf '%s:x:%s:%s::/:/bin/false\n' "$old" "$(id -u "$new")" "$(id -g "$new")" >> "$agw_names/passwd"
    printf '%s:x:%s:\n' "$old" "$(id -g "$new")" >> "$agw_names/group"
    keep="$keep $new"
done <<NAMES
$names
NAMES

agw_unpack() { if [ "$packer" = zstd ]; then zstd -q -d -c; else gzip -d -c; fi; }
{
    rc=0
    agw_unpack || rc=$?
    echo "$rc" > "$stage/status"
} | agw_confined "$stage/nothing" "$stage/tree" -- tar --extract --file=- --directory=/to --preserve-permissions --same-owner --acls --xattrs \
    '--xattrs-include=user.*' --delay-directory-restore
[ "$(cat "$stage/status")" = 0 ] || { echo 'the archive could not be unpacked' >&2; exit 1; }

[ -z "$(find "$stage/tree" -xdev \( -type b -o -type c \) -print -quit)" ] || { echo 'the archive holds device files' >&2; exit 1; }
echo "$(agw_fingerprint "$stage/tree") $(agw_count "$stage/tree")"
(
    cd "$stage/tree"
    set --
    for one in $keep; do set -- "$@" ! -user "$one"; done
    find . -xdev -uid +999 "$@" -exec chown -h "$user" {} +
    set --
    for one in $keep; do set -- "$@" ! -group "$(id -gn "$one")"; done
    find . -xdev -gid +999 "$@" -exec chgrp -h "$user" {} +
    # A program that runs with the rights of root or the admin is not made by a file that came from elsewhere.
    find . -xdev -type f -perm /6000 \( -uid -1000 -o -user "$admin" \) -exec chmod ug-s {} +
)
if [ "$kind" = workspace ]; then
    agw_folder "$user" "$stage/tree"
else
    chown "$user:" "$stage/tree"
    chmod 0700 "$stage/tree"
fi
if [ -e "$path" ]; then
    mv -T "$path" "$stage/old"
fi
mv -T "$stage/tree" "$path"
if [ -e "$stage/old" ] && [ "$user" = "$admin" ] && [ ! -e "$path.before-restore" ]; then
    mv -T "$stage/old" "$path.before-restore"
fi
[ ! -e "$stage/old" ] || agw_discard "$stage/old"
rm -rf "$stage"
if [ "$kind" = workspace ] && agw_as "$user" test -d "$path/.git"; then
    agw_as "$user" git -C / config --global --replace-all safe.directory "$path"
fi
