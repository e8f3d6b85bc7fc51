# FOLDER, then for each variable: NAME =VALUE, or NAME "-" to remove it. The values are kept in memory.
set -eu
umask 077
folder=$1
shift
mkdir -p "$folder"
while [ $# -ge 2 ]; do
    if [ "$2" = - ]; then
        rm -f "$folder/$1"
    else
        printf %s "${2#=}" > "$folder/.new"
        mv -f "$folder/.new" "$folder/$1"
    fi
    shift 2
done
rmdir "$folder" 2>/dev/null || true
