# $1 path, $2 its new SHA-256, $3 mode or "", $4 owner or "" or "keep", $5 a new name beside it, $6 "folders" to make those above.
# A symbolic link at the path is replaced, never followed. The new file is only ever touched through descriptor 3, because whoever
# owns the folder could put something else in its place.
path=$1 sum=$2 mode=$3 owner=$4 new=$5
if [ -d "$path" ] && [ ! -L "$path" ]; then
  echo "it is a directory" >&2
  exit 65
fi
if [ "$6" = folders ]; then
  (umask 022 && mkdir -p -- "${path%/*}/") || exit 65
fi
if [ -f "$path" ] && [ ! -L "$path" ]; then
  [ -n "$mode" ] || mode=$(stat -c %a -- "$path")
  [ "$owner" != keep ] || owner=$(stat -c %u:%g -- "$path")
fi
[ "$owner" != keep ] || owner=
umask 077
# Left by an attempt that was cut and killed.
rm -f -- "$new"
set -C
trap 'rm -f -- "$new"' EXIT
trap 'exit 143' HUP INT TERM
exec 3>"$new" || exit 65
cat >&3 || exit 65
[ "$(sha256sum </proc/self/fd/3)" = "$sum  -" ] || exit 67
if [ -n "$owner" ]; then
  chown -- "$owner" /proc/self/fd/3 || exit 65
fi
chmod "${mode:-0644}" /proc/self/fd/3 || exit 65
mv -fT -- "$new" "$path" || exit 65
