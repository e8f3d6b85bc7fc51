# PATH HOW PACKER EXCLUDED…: writes a folder to standard output as a packed tar stream. HOW: "snapshot" reads its snapshot, else it is read as it is.
# To standard error go "agw-total BYTES", of a snapshot "agw-content FINGERPRINT ENTRIES", "agw-record N" as it goes (10 KiB each), and
# "agw-status N" last, which is tar's.
set -eu
umask 077
path=$1 how=$2 packer=$3
shift 3
from=$path
[ "$how" != snapshot ] || from=$(agw_still "$path")
[ -d "$from" ] && [ ! -L "$from" ] || { echo "$from is not there" >&2; exit 1; }
agw_names=$(mktemp -d -p /run/agentworks)
trap 'rm -rf "$agw_names"' EXIT
trap 'exit 143' HUP INT TERM
cp /etc/passwd /etc/group "$agw_names"
for name; do
    set -- "$@" --exclude="./$name"
    shift
done
echo "agw-total $(agw_confined "$from" -- du --summarize --block-size=1 /from | cut -f 1)" >&2
[ "$how" != snapshot ] || echo "agw-content $(agw_fingerprint "$from") $(agw_count "$from")" >&2
agw_pack() { if [ "$packer" = zstd ]; then zstd -q -3 -T0 -c; else gzip -c; fi; }
exec 5>&1
rc=$({
    {
        rc=0
        agw_confined "$from" -- tar --create --file=- --directory=/from --format=posix --sparse --acls --xattrs '--xattrs-include=user.*' \
            --pax-option=delete=atime,delete=ctime --checkpoint=800 --checkpoint-action=echo='agw-record %u' \
            --warning=no-file-ignored --anchored --no-wildcards "$@" . || rc=$?
        echo "$rc" >&6
    } | agw_pack >&5
} 6>&1)
echo "agw-status $rc" >&2
