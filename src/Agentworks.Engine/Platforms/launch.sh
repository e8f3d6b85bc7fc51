# Becomes a background program of its own that leaves word of who it is before it begins, so that it can be found whatever
# happens to its starter. $1 identity file, $2 log, $3 ready file or nothing, $4 cgroup.procs files to join, then the program.
set -eu
identity=$1 log=$2 ready=$3 groups=$4
shift 4

# The log keeps the first MiB; the rest is read and thrown away, so that the program never waits for it. Both ends of the pipe are
# opened here, for then nobody can be left waiting for the other: 8 is needed only to open one end without the other.
pipe=$log.pipe
rm -f "$pipe"
mkfifo -m 0600 "$pipe"
exec 8<> "$pipe" 7< "$pipe" 6> "$pipe" 8>&-
rm -f "$pipe"
# Whoever keeps the log holds a lock on it (5) until the last words are in it.
exec 5> "$log"
flock -s 5
sh -c 'stdbuf -o0 head -c 1048576 >&5; exec cat' log <&7 > /dev/null 2>&1 6>&- 7<&- 9<&- &
exec 5>&- 7<&-

for group in $groups; do
  echo $$ > "$group"
done

read -r status < /proc/$$/stat
read -r boot < /proc/sys/kernel/random/boot_id
start=$(set -- ${status##*) }; echo "${20}")
echo "$$ $start $boot" > "$identity.new"
mv "$identity.new" "$identity"

# From here on the identity tells of us: let go of the lock of the operation that we were started in.
exec < /dev/null >&6 2>&1 6>&- 9<&-
[ -z "$ready" ] || exec 3> "$ready"
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@"
