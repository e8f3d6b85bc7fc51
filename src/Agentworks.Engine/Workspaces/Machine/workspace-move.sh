# OLD NEW USER AGENT…, after workspace-stage.sh and access.sh. Moves a workspace on its machine and prints how a snapshot of it is taken there.
# A rename is one instant. To another file system it is copied, compared, and renamed into its place; only then does the old one go,
# by a rename first, so that at any moment each of the two is whole or not there.
set -eu
umask 077
old=$1 new=$2 user=$3
shift 3
agw_alone "$user"
[ -d "$old" ] && [ ! -L "$old" ] || { echo "$old is not there" >&2; exit 1; }
[ ! -e "$new" ] && [ ! -L "$new" ] || { echo "$new is there already" >&2; exit 1; }

(umask 066; mkdir -p "${new%/*}")
parent=${new%/*}
while [ -n "$parent" ]; do
    [ ! -L "$parent" ] && [ "$(stat -c %u "$parent")" = 0 ] && [ -z "$(find "$parent" -maxdepth 0 \( -perm /022 -o ! -perm -111 \))" ] ||
        { echo "$parent must be a folder of root's that others can pass and cannot change" >&2; exit 1; }
    parent=${parent%/*}
done

agw_copy_to() {
    stage=$(agw_stage "$1")
    trap 'agw_clear_stage "$stage"' EXIT
    trap 'exit 143' HUP INT TERM
    agw_open_stage "$stage"
    agw_confined "$old" "$stage/tree" -- cp -a --reflink=auto /from/. /to/
    [ "$(agw_digest "$old")" = "$(agw_digest "$stage/tree")" ] || { echo "what was copied is not what is there; does somebody still write in $old?" >&2; exit 1; }
    mv -T "$stage/tree" "$1"
}

if [ -s /etc/agentworks/mapped ] && agw_mapped show "$old" >/dev/null; then
    place=$(agw_mapped show "$old")
    raw=${place%% *}
    mkdir "$raw.probe"
    if perl -e 'rename $ARGV[0], $ARGV[1] or exit 1' "$raw.probe" "$new"; then
        # The same file system: its tree stays where it is, and is shown elsewhere.
        rmdir "$new"
        agw_mapped move "$old" "$new" || { echo "somebody still stands in $old" >&2; exit 1; }
        agw_moved "$old" "$new" "$user" "$@"
        exit 0
    fi
    rmdir "$raw.probe"
    agw_copy_to "$new"
    agw_mapped drop "$old" || { agw_discard "$new"; echo "somebody still stands in $old" >&2; exit 1; }
    rmdir "$old"
    agw_discard "$raw"
elif ! perl -e 'rename $ARGV[0], $ARGV[1] or exit 1' "$old" "$new"; then
    agw_copy_to "$new"
    gone=${old%/*}/.gone-${old##*/}
    agw_discard "$gone"
    mv -T "$old" "$gone"
    agw_discard "$gone"
fi
agw_moved "$old" "$new" "$user" "$@"
