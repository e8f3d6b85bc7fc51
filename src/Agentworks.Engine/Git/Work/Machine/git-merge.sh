# STRATEGY MESSAGE UNCOMMITTED PREVIEW NAME MAIL TARGET USER FOLDER CEILING SOURCE …, after git-source.sh: takes the work of sources into the target, one after
# the other. A SOURCE is NAME FORK USER FOLDER CEILING, or NAME FORK - - - for one that comes on standard input.
#
# A merge is made of objects alone; files and branch of the target change at its end, by one fast-forward, or not at all.
set -eu
strategy=$1 message=$2 uncommitted=$3 preview=$4 name=$5 mail=$6 target=$7
shift 7
target_user=$1 target_folder=$2 target_ceiling=$3
shift 3

at_target() { agw_enter "$target_user" "$target_folder" "$target_ceiling" && agw_identity "$name" "$mail"; }

refuse() {
    echo "agw: $1" >&2
    return 1
}

is_in() { g merge-base --is-ancestor "$1" "$2"; }

# Where the source's work begins: at its fork where the target still has, or once had, that commit and nothing newer of the source; else at
# what both have in common.
find_base() {
    common=
    [ -z "$cur" ] || common=$(g merge-base "$cur" "$tip") || common=
    base=$common
    [ -n "$fork" ] && g cat-file -e "$fork^{commit}" 2> /dev/null && is_in "$fork" "$tip" || return 0
    if [ -z "$common" ] || is_in "$common" "$fork"; then base=$fork; fi
}

# join OURS THEIRS BASE: the tree of both since BASE, or the names of the files that conflict. Ours is seen as if it were made on BASE.
join() {
    ours=$1
    unrelated=
    if [ -z "$3" ]; then
        ours=$(g commit-tree -m ours "$1^{tree}") || return
        unrelated=--allow-unrelated-histories
    elif [ "$(g merge-base "$1" "$2" || :)" != "$3" ]; then
        ours=$(g commit-tree -m ours -p "$3" "$1^{tree}") || return
    fi
    rc=0
    g merge-tree --write-tree -z --name-only --no-messages $unrelated "$ours" "$2" > "$agw_out.tree" || rc=$?
    tree=$(tr '\000' '\n' < "$agw_out.tree" | head -n 1)
    [ "$rc" != 1 ] || perl -0 -ne 'print if $. > 1 && length > 1' "$agw_out.tree" > "$agw_out/conflicts"
    return "$rc"
}

# The commit anew on top of $new, with its author and message as they are.
pick() {
    before=$(g rev-parse --verify --quiet "$1^") || before=
    join "$new" "$1" "$before" || return
    [ "$tree" != "$(g rev-parse "$new^{tree}")" ] || return 0
    g cat-file commit "$1" > "$agw_out.commit"
    my_name=$agw_who my_mail=$agw_mail
    agw_who=$(sed -n '/^$/q; s/^author \(.*\) <[^<>]*> [0-9]* [-+0-9]*$/\1/p' "$agw_out.commit")
    agw_mail=$(sed -n '/^$/q; s/^author .* <\([^<>]*\)> [0-9]* [-+0-9]*$/\1/p' "$agw_out.commit")
    agw_when=$(sed -n '/^$/q; s/^author .* <[^<>]*> \([0-9]* [-+0-9]*\)$/@\1/p' "$agw_out.commit")
    encoding=$(sed -n '/^$/q; s/^encoding //p' "$agw_out.commit")
    new=$(sed '1,/^$/d' "$agw_out.commit" | g -c i18n.commitEncoding="${encoding:-UTF-8}" commit-tree -p "$new" -F - "$tree") || return
    agw_who=$my_name agw_mail=$my_mail agw_when=
    echo "$new" >> "$agw_out.picked"
}

# subjects: commit ids on standard input, with their subjects, each ended by a zero byte.
subjects() { g log --no-walk=unsorted --stdin --no-show-signature --no-color --encoding=UTF-8 -z --format='%H %s'; }

# Sets new to what the target would be, or returns 1 with the conflicts told.
combine() {
    new=$cur
    case $strategy in
    CherryPick)
        : > "$agw_out.picked"
        for commit in $(g rev-list --reverse --topo-order --no-merges --cherry-pick --right-only "${cur:+$cur...}$tip" ${base:+"^$base"}); do
            if [ -z "$new" ]; then new=$commit; echo "$commit" >> "$agw_out.picked"; continue; fi
            pick "$commit" || { rc=$?; [ "$rc" != 1 ] || g log -1 --no-show-signature --encoding=UTF-8 --format='%h %s' "$commit" > "$agw_out/stopped"; return "$rc"; }
        done
        [ ! -s "$agw_out.picked" ] || subjects < "$agw_out.picked" > "$agw_out/commits"
        ;;
    *)
        g rev-list --reverse --topo-order "$tip" ${base:+"^$base"} ${cur:+"^$cur"} > "$agw_out.taken" || return 2
        [ ! -s "$agw_out.taken" ] || subjects < "$agw_out.taken" > "$agw_out/commits"
        if [ -z "$cur" ] || { [ "$strategy" = Sequential ] && [ -z "$message" ] && is_in "$cur" "$tip"; }; then
            new=$tip
            return 0
        fi
        join "$cur" "$tip" "$base" || return
        new=$(printf '%s\n' "${message:-Merge workspace '$source' into $target}" | g commit-tree -p "$cur" -p "$tip" -F - "$tree") || return 2
        ;;
    esac
}

# Files and branch of the target, in one step. What git had begun when it failed (a full disk) is taken back: those files were as committed.
apply() {
    g merge --ff-only --quiet --no-verify-signatures --no-autostash "$new" > "$agw_out.said" 2>&1 && return 0
    cat "$agw_out.said" >&2
    if grep -q 'would be overwritten' "$agw_out.said"; then
        sed -n 's/^	//p' "$agw_out.said" | tr '\n' '\000' > "$agw_out/overlap"
    elif [ -n "$cur" ]; then
        g diff-tree -r -z --name-only --no-renames --diff-filter=A "$cur" "$new" | agw_run sh -c 'cd "$1" && xargs -0 -r rm -f --' sh "$(g rev-parse --show-toplevel)" || :
        g diff-tree -r -z --name-only --no-renames --diff-filter=a "$cur" "$new" | g checkout-index --force --quiet -z --stdin || :
    fi
    return 3
}

# One source whose commits are here as $head.
take() {
    tip=$head
    branch=
    if [ "$strategy" = BranchPerSource ]; then
        branch=merge/$source
        [ "$(g symbolic-ref --quiet HEAD || :)" != "refs/heads/$branch" ] || { refuse "the target has $branch checked out"; return; }
        if there=$(g rev-parse --verify --quiet "refs/heads/$branch^{commit}"); then
            # Someone may have gone on from where the last merge stopped.
            if is_in "$head" "$there"; then tip=$there; elif ! is_in "$there" "$head"; then refuse "branch $branch has commits of its own"; return; fi
        fi
        echo "$branch" > "$agw_out/branch"
    fi
    [ -n "$preview" ] || [ -z "$branch" ] || { [ -n "$cur" ] && is_in "$tip" "$cur"; } || g update-ref "refs/heads/$branch" "$tip" || return
    if [ -n "$cur" ] && is_in "$tip" "$cur"; then new=$cur; else
        find_base
        [ -z "$cur" ] || [ -n "$base" ] || { refuse 'no common history'; return; }
        rc=0
        combine || rc=$?
        [ "$rc" = 0 ] || { [ "$rc" != 1 ] || refuse conflict; return "$rc"; }
        [ -n "$preview" ] || [ "$new" = "$cur" ] || apply || return
    fi
    [ -n "$preview" ] || [ -z "$branch" ] || ! g rev-parse --verify --quiet "refs/heads/$branch" > /dev/null || g update-ref -d "refs/heads/$branch" || return
    cur=$new
    echo "$new" > "$agw_out/new"
}

# The pack on standard input gets to the repository's others when it is whole.
unpack() {
    objects=$(g rev-parse --path-format=absolute --git-path objects) || return
    agw_run sh -c 'rm -rf -- "$1" && mkdir -p -- "$1/pack" "$1/info" && printf "%s\n" "$2" > "$1/info/alternates"' sh "$objects/agw-$source" "$objects" || return
    agw_objects=$objects/agw-$source
    rc=0
    g index-pack --stdin --fix-thin > /dev/null || rc=$?
    agw_objects=
    [ "$rc" != 0 ] || agw_run sh -c 'mv -f -- "$1"/pack/*.pack "$2/pack/" && mv -f -- "$1"/pack/* "$2/pack/"' sh "$objects/agw-$source" "$objects" || rc=$?
    agw_run rm -rf -- "$objects/agw-$source"
    return "$rc"
}

# Reads what agw_source wrote.
receive() {
    IFS=' ' read -r word head dirty count || return 9
    [ "$word" = agw-source ] || return 9
    echo "$dirty" > "$agw_out/dirty"
    [ "$head" != - ] || { echo > "$agw_out/new"; : > "$agw_out.none"; return 0; }
    if [ "$count" != 0 ]; then
        unpack || return
        g update-ref "refs/agw/$source" "$head" || return
        g rev-list --quiet --objects "$head" --not $cur --glob=refs/heads --glob=refs/remotes --glob=refs/tags > /dev/null || return
    fi
    echo "$head" > "$agw_out.head"
}

# Where the target stands. What a merge that was ended left over is cleared.
ready() {
    shared=$(g rev-parse --path-format=absolute --git-common-dir) || return
    # A lock from before the machine's start is nobody's.
    agw_run sh -c 'cd / && find "$1" -path "$1/objects" -prune -o -type f -name "*.lock" ! -newer /run/systemd/notify -exec rm -f -- {} +' sh "$shared" || :
    g for-each-ref --format='delete %(refname)' refs/agw | g update-ref --stdin || return
    agw_run sh -c 'rm -rf -- "$1"/agw-*' sh "$(g rev-parse --path-format=absolute --git-path objects)"
    for what in MERGE_HEAD CHERRY_PICK_HEAD REVERT_HEAD REBASE_HEAD; do
        ! g rev-parse --verify --quiet "$what" > /dev/null || { refuse 'something is under way in the target'; return; }
    done
    [ -z "$(g ls-files --unmerged | head -c 1)" ] || { refuse 'something is under way in the target'; return; }
    cur=$(g rev-parse --verify --quiet 'HEAD^{commit}') || cur=
    agw_tips > "$agw_work/tips"
}

one() {
    if [ "$3" = - ]; then
        receive
    else
        { ( agw_enter "$3" "$4" "$5" && agw_source "$agw_work/tips" "$uncommitted" "$name" "$mail" ) || echo $? > "$agw_out.bad"; } | receive
    fi
    rc=$?
    [ ! -e "$agw_out.bad" ] || { echo source > "$agw_out/whose"; return "$(cat "$agw_out.bad")"; }
    [ "$rc" = 0 ] || return "$rc"
    [ ! -e "$agw_out.none" ] || return 0
    head=$(cat "$agw_out.head")
    take
}

count=0
problem=0
cur=
agw_out=$agw_work/target
mkdir "$agw_out"
{ at_target && ready; } 2> "$agw_out/error" || problem=$?
while [ $# -ge 5 ]; do
    source=$1 fork=$2
    agw_out=$agw_work/$count
    mkdir "$agw_out"
    rc=$problem
    if [ "$problem" != 0 ]; then
        cp "$agw_work/target/error" "$agw_out/error"
    else
        one "$@" 2> "$agw_out/error" || rc=$?
        g update-ref -d "refs/agw/$source" 2> /dev/null || :
    fi
    # Whoever sends is not to wait for us.
    [ "$3" != - ] || cat > /dev/null || :
    echo "$rc" > "$agw_out/rc"
    count=$((count + 1))
    shift 5
done
agw_print "$count"
