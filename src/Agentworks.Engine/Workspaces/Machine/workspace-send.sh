# FROM PACKER, after workspace-stage.sh. Writes a workspace to standard output as a tar stream, packed by zstd when PACKER says so, and to
# standard error "agw-total BYTES" first, "agw-record N" as it goes (10 KiB each), and "agw-sent SHA256 ENTRIES" last. A subvolume is
# read from a snapshot; ENTRIES is "-" when there is none, because then files may come and go meanwhile.
set -eu
umask 077
from=$1 packer=$2
[ -d "$from" ] && [ ! -L "$from" ] || { echo "$from is not there" >&2; exit 1; }
work=/run/agentworks/send-${from##*/}
still=${from%/*}/.send-${from##*/}
agw_alone "read-${from##*/}"
agw_away() { rm -rf "$work"; agw_discard "$still"; }
trap agw_away EXIT
trap 'exit 143' HUP INT TERM
agw_away
mkdir -m 0700 "$work"
source=$from
entries=-
if agw_is_subvolume "$from" && btrfs -q subvolume snapshot -r "$from" "$still" >/dev/null 2>&1; then
    source=$still
    entries=$(agw_count "$still")
fi
echo "agw-total $(agw_confined "$source" -- du --summarize --block-size=1 /from | cut -f 1)" >&2
agw_pack() { if [ "$packer" = zstd ]; then zstd -q -1 -T0 -c; else cat; fi; }
mkfifo "$work/sum"
sha256sum < "$work/sum" > "$work/sha256" &
sum=$!
{
    rc=0
    agw_confined "$source" -- tar --create --file=- --directory=/from --numeric-owner --format=posix --sparse --xattrs '--xattrs-include=user.*' \
        --pax-option=delete=atime,delete=ctime --checkpoint=800 --checkpoint-action=echo='agw-record %u' . || rc=$?
    echo "$rc" > "$work/status"
} | agw_pack | tee "$work/sum"
wait "$sum"
rc=$(cat "$work/status")
# 1: something changed or went while it was read, as happens to a workspace in use.
[ "$rc" = 0 ] || { [ "$rc" = 1 ] && [ "$entries" = - ]; } || { echo "tar ended with $rc" >&2; exit 1; }
echo "agw-sent $(cut -d ' ' -f 1 "$work/sha256") $entries" >&2
