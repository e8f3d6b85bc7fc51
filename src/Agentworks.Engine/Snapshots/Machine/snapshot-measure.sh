# TREE…: prints for each that is there "USED REFERENCED TREE", in bytes, with a dash for what the file system cannot tell. Only looks.
set -u
for tree; do
    [ -d "$tree" ] || continue
    if [ "$(stat -f -c %T "$tree")" = btrfs ]; then
        btrfs filesystem du --summarize --raw "$tree" 2>/dev/null | awk -v tree="$tree" 'NR == 2 { print $2, $1, tree }'
    else
        echo "- $(du --summarize --block-size=1 "$tree" | cut -f 1) $tree"
    fi
done
