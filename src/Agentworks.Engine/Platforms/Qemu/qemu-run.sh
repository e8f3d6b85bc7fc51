# Begins in a user and a network namespace of its own, in which there is nothing yet. $1 is the file for the console, then QEMU and its
# arguments. What the machine says on its console goes through a pipe into two files of at most 512 KiB each: it cannot fill this computer's disk.
set -eu
console=$1
shift
ip link set lo up
rm -f "$console.pipe"
mkfifo -m 0600 "$console.pipe"
# QEMU itself inherits 8: as long as it lives the pipe has a writer, and then no more.
exec 8<> "$console.pipe" 7< "$console.pipe"
setsid sh -c '
  while :; do
    mv -f "$1" "$1.1"
    stdbuf -o0 head -c 524288 > "$1"
    [ -s "$1" ] || break
  done' console "$console" <&7 > /dev/null 2>&1 3>&- 7<&- 8>&- &
exec 7<&-
# Without any privilege, also in the namespace that is its own.
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all -- "$@"
