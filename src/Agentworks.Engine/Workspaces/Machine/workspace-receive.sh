# USER PATH ADMIN PACKER, after workspace-stage.sh. Unpacks what workspace-send.sh wrote beside PATH, and prints "SHA256 ENTRIES" of it.
# Ids of the other machine mean others here, so owners and named ACL entries stay behind.
set -eu
umask 077
user=$1 path=$2 admin=$3 packer=$4
agw_alone "$user"
agw_user "$user"
agw_admin_joins "$user" "$admin"
stage=$(agw_stage "$path")
trap 'rc=$?; [ "$rc" = 0 ] || agw_clear_stage "$stage"' EXIT
trap 'exit 143' HUP INT TERM
agw_open_stage "$stage"
agw_folder "$user" "$stage/tree"
mkdir "$stage/nothing"
agw_unpack() { if [ "$packer" = zstd ]; then zstd -q -d -c; else cat; fi; }
mkfifo "$stage/sum"
sha256sum < "$stage/sum" > "$stage/sha256" &
sum=$!
{
    tee "$stage/sum"
    echo $? > "$stage/status"
} | agw_unpack | agw_confined "$stage/nothing" "$stage/tree" -- tar --extract --file=- --directory=/to --preserve-permissions --no-same-owner \
    --no-acls --xattrs '--xattrs-include=user.*' --delay-directory-restore
[ "$(cat "$stage/status")" = 0 ]
wait "$sum"
echo "$(cut -d ' ' -f 1 "$stage/sha256") $(agw_count "$stage/tree")"
rm -rf "$stage/nothing" "$stage/sum" "$stage/sha256" "$stage/status"
