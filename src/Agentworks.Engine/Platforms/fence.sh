# Runs a program for the machine's current operation and for no other. $1 is the machine's lock file, $2 the operation's token, then the
# program. The lock is held until the program ends, so that whoever comes next can wait for it; a program whose operation was
# given up before it came to begin finds another token, or no file, and does nothing.
exec 9< "$1"
flock --shared 9 || exit 75
read -r token <&9
[ "$token" = "$2" ] || exit 75
shift 2
exec "$@"
