# PATH USER TREE UID GID STOP, after workspace-stage.sh, with agw_restore. Prints what snapshot-restore.pl says in the end.
set -eu
umask 077
answer=$(agw_restore "$@")
case $answer in
copy\ *)
    set -- "$@" copied
    store=${answer##* }
    (
        agw_alone "$2"
        agw_discard "$store/restore"
        agw_new_folder "$store/restore"
        agw_confined "$3" "$store/restore" -- cp -a --reflink=auto /from/. /to/
    ) || { agw_discard "$store/restore"; exit 1; }
    answer=$(agw_restore "$@")
    ;;
esac
agw_reclaim "${1%/*}"
echo "$answer"
