# What carries a workspace's commits elsewhere, after git-common.sh.

# agw_tips: all commits that the repository at hand has names for.
agw_tips() {
    g for-each-ref --format='%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)' || return
    g rev-parse --verify --quiet HEAD || :
}

# agw_source TIPS UNCOMMITTED NAME MAIL: writes "agw-source COMMIT UNCOMMITTED-FILES COMMITS" to standard output, and then a pack of what the commits in the
# file TIPS do not reach. COMMIT is "-" before the first one. With UNCOMMITTED, that is the message of a commit to make first.
agw_source() {
    g rev-parse --git-dir > /dev/null || return
    if [ -n "$2" ]; then
        agw_commit 1 '' "$2" '' "$3" "$4" >&2 || return
        rm -f "$agw_out/clean"
    fi
    agw_dirty=$(g --no-optional-locks status --porcelain -z --no-renames --untracked-files=normal --ignore-submodules=dirty | tr -dc '\000' | wc -c)
    agw_head=$(g rev-parse --verify --quiet 'HEAD^{commit}') || { echo "agw-source - $agw_dirty 0"; return 0; }
    g cat-file --batch-check='%(objectname) %(objecttype)' < "$1" | sed -n 's/ commit$//p' | sed 's/^/^/' > "$agw_out.not"
    agw_new=$({ echo "$agw_head"; cat "$agw_out.not"; } | g rev-list --count --stdin) || return
    echo "agw-source $agw_head $agw_dirty $agw_new"
    [ "$agw_new" = 0 ] || { echo "$agw_head"; cat "$agw_out.not"; } | g pack-objects --revs --stdout --thin --delta-base-offset --quiet
}
