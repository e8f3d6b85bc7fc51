# PACKER NAMES: puts the sessions' logs of a backup, which come on standard input, where they are read. NAMES: "old new" a line.
set -eu
umask 077
packer=$1 names=$2
logs=/var/log/agentworks/sessions
stage=/var/log/agentworks/.restore-sessions
rm -rf "$stage"
trap 'rm -rf "$stage"' EXIT
trap 'exit 143' HUP INT TERM
mkdir -p "$logs" "$stage/tree" "$stage/nothing"
if [ "$packer" = zstd ]; then zstd -q -d -c; else gzip -d -c; fi | agw_confined "$stage/nothing" "$stage/tree" -- \
    tar --extract --file=- --directory=/to --no-same-owner --no-same-permissions
while read -r old new; do
    [ -n "$old" ] || continue
    for file in "$stage/tree/$old.log" "$stage/tree/$old.log".*; do
        [ -f "$file" ] && [ ! -L "$file" ] || continue
        install -m 0600 -o root -g root "$file" "$logs/$new${file#"$stage/tree/$old"}"
    done
done <<NAMES
$names
NAMES
