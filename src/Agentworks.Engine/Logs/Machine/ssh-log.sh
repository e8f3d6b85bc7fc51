# The last lines of what sshd said; with a second argument, also what it says from now on.
set -- "$1" ${2:+--follow}
lines=$1
shift
exec journalctl --quiet --no-pager --no-hostname --output=short-iso-precise --lines="$lines" --unit=ssh --unit=sshd "$@"
