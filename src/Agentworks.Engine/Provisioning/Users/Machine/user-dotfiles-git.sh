# MODE URL REF PLACE: as the user, after user-git.sh. A clone that stands where the repository's reference does. What the user changed in
# it is never lost: it is kept, or the step fails.
mode=$1 url=$2 ref=$3 place=$4
case $place in "~/"*) place=$HOME/${place#"~/"} ;; esac

at() { git -C "$work" "$@"; }

require_clone() {
    [ ! -L "$place" ] && [ -d "$place" ] || wrong "$place is in the way: it is not a folder"
    [ "$(at rev-parse --show-toplevel 2>/dev/null)" = "$(cd "$place" && pwd -P)" ] || wrong "$place is there and is not a git repository; move it away"
    origin=$(at config --get remote.origin.url) || origin=nothing
    [ "$origin" = "$url" ] || wrong "$place is a clone of $origin; move it away"
}

# A hash needs no question to the repository once its commit is here.
target() {
    commit= branch=
    if is_hash "$ref"; then
        commit=$(at rev-parse --verify --quiet "$ref^{commit}") || commit=
        case $commit in "$ref"*) return 0 ;; esac
    fi
    look_up "$url" "$ref"
}

nothing_there() { [ ! -L "$place" ] && { [ ! -e "$place" ] || { [ -d "$place" ] && [ -z "$(ls -A "$place")" ]; }; }; }

if [ "$mode" = check ]; then
    work=$place
    ! nothing_there || wrong "$place is not there"
    require_clone
    target
    [ -n "$commit" ] || wrong "$ref is not here yet"
    head=$(at rev-parse --verify --quiet HEAD) || head=
    on=$(at symbolic-ref --quiet --short HEAD) || on=
    if [ -z "$branch" ]; then
        [ "$head" = "$commit" ] || wrong "$place is at ${head:-nothing}, and $ref is $commit"
    else
        [ "$on" = "$branch" ] || wrong "$place is not on $branch"
        # Commits of the user's may stand on top.
        [ "$head" = "$commit" ] || at merge-base --is-ancestor "$commit" HEAD 2>/dev/null || wrong "$place is at ${head:-nothing}, and $branch is at $commit"
    fi
    exit 0
fi

if nothing_there; then
    work=$place.agw-new
    rm -rf "$work"
    mkdir -p "${place%/*}" || exit 1
    said=$(git clone --quiet --no-checkout -- "$url" "$work" 2>&1) || wrong "it could not be cloned: $(printf '%s\n' "$said" | last)"
    own=
else
    work=$place
    require_clone
    own=$(at rev-list --max-count=1 HEAD --branches --not --remotes=origin --glob=refs/agentworks 2>/dev/null) || own=
    said=$(at fetch --quiet --force --prune --tags origin '+refs/heads/*:refs/remotes/origin/*' 2>&1) || wrong "it could not be fetched: $(printf '%s\n' "$said" | last)"
fi

target
if [ -z "$commit" ] && is_hash "$ref"; then
    said=$(at fetch --quiet origin "$ref" 2>&1) || :
    commit=$(at rev-parse --verify --quiet "$ref^{commit}") || commit=
fi
[ -n "$commit" ] && at cat-file -e "$commit^{commit}" 2>/dev/null || { [ "$work" = "$place" ] || rm -rf "$work"; wrong "$url has no branch, tag or commit ${ref:-to check out}"; }

if [ -n "$own" ]; then
    for tip in HEAD ${branch:+"refs/heads/$branch"}; do
        at rev-parse --verify --quiet "$tip" >/dev/null || continue
        [ -n "$(at rev-list --max-count=1 "$tip" --not --remotes=origin --glob=refs/agentworks)" ] || continue
        at merge-base --is-ancestor "$tip" "$commit" || wrong "$place has commits of its own that the repository does not have ($(at rev-parse --short "$tip"))"
    done
fi

if [ -n "$branch" ]; then set -- -B "$branch" "$commit"; else set -- --detach "$commit"; fi
said=$(at -c advice.detachedHead=false checkout --quiet "$@" 2>&1) || {
    files=$(printf '%s\n' "$said" | sed -n 's/^	//p' | head -n 5 | paste -sd ' ')
    wrong "$place has changes of its own${files:+ in $files}, which would be lost${files:+}${said:+: $(printf '%s\n' "$said" | head -n 1)}"
}
[ -z "$branch" ] || at branch --quiet --set-upstream-to="origin/$branch" >/dev/null 2>&1
at update-ref refs/agentworks/at "$commit"
if [ "$work" != "$place" ]; then
    rmdir "$place" 2>/dev/null
    mv -T "$work" "$place"
fi
