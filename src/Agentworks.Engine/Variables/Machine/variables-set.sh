# FOLDER, then for each variable: NAME LENGTH, or NAME "-" to remove it. Standard input holds the values, one behind the other. They are kept in memory.
set -eu
umask 077
folder=$1
shift
mkdir -p "$folder"
while [ $# -ge 2 ]; do
    if [ "$2" = - ]; then
        rm -f "$folder/$1"
    else
        head -c "$2" > "$folder/.new"
        mv -f "$folder/.new" "$folder/$1"
    fi
    shift 2
done
rmdir "$folder" 2>/dev/null || true
