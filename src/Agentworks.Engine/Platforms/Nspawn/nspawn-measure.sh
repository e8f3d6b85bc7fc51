# STORE PATH…: prints "REFERENCED EXCLUSIVE PATH" of each subvolume, in bytes, parted by tabs; "-" where quota groups do not know.
# Sizes are right once what was written has been committed, and what was deleted has been cleared away; that is waited for a moment.
store=$1
shift
btrfs filesystem sync "$store"
timeout 3 btrfs subvolume sync "$store" >/dev/null 2>&1
btrfs filesystem sync "$store"
sizes=$(btrfs qgroup show --raw "$store" 2>/dev/null)
for path; do
    id=$(btrfs inspect-internal rootid "$path") || continue
    set -- $(printf '%s\n' "$sizes" | sed -n "s|^0/$id  *\([0-9]*\)  *\([0-9]*\).*|\1 \2|p") - -
    printf '%s\t%s\t%s\n' "$1" "$2" "$path"
done
