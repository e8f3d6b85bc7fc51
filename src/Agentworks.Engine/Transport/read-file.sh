# $1 path. Standard output: the file. Standard error: "whole" if it could be read to its end, then its SHA-256.
[ -e "$1" ] || exit 66
[ ! -d "$1" ] || { echo "it is a directory" >&2; exit 65; }
exec 4<"$1" || exit 65
{ { cat <&4 4<&- && echo whole >&2; } | tee /dev/fd/3 | sha256sum >&2; } 3>&1
