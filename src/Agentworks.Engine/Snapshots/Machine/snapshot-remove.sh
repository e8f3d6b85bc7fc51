# TREE…, after workspace-common.sh. Removes snapshots and proves that they are gone.
set -u
for tree; do
    agw_discard "$tree"
    agw_discard "$tree.new"
    rm -f "$tree.owners" "$tree.users"
    if [ -e "$tree" ]; then
        echo "$tree is left" >&2
        exit 1
    fi
done
[ $# = 0 ] || agw_reclaim "${1%/_trees/*}"
exit 0
