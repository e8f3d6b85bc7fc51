# Shared by what fetches with git as the user. A repository that wants a password gets none: it fails, and does not wait.
set -u
export GIT_TERMINAL_PROMPT=0 GIT_ALLOW_PROTOCOL=https:http:ssh:git:file GIT_SSH_COMMAND='ssh -o BatchMode=yes -o ConnectTimeout=20'
wrong() { printf '%s\n' "$*"; exit 1; }
last() { grep -v '^[[:space:]]*$' | tail -n 1; }

# Sets commit and branch (empty when it is no branch) to what a reference means at a repository; commit is empty when it has no such
# name. Without a reference it is the default branch.
look_up() {
    commit= branch=
    if [ -z "$2" ]; then
        names=$(git ls-remote --symref -- "$1" HEAD 2>&1) || wrong "$1 did not answer: $(printf '%s\n' "$names" | last)"
        branch=$(printf '%s\n' "$names" | sed -n 's|^ref: refs/heads/\(.*\)	HEAD$|\1|p')
        commit=$(printf '%s\n' "$names" | sed -n 's|^\([0-9a-f]*\)	HEAD$|\1|p')
        return 0
    fi
    names=$(git ls-remote -- "$1" "refs/heads/$2" "refs/tags/$2" "refs/tags/$2^{}" 2>&1) || wrong "$1 did not answer: $(printf '%s\n' "$names" | last)"
    for name in "refs/heads/$2" "refs/tags/$2^{}" "refs/tags/$2"; do
        commit=$(printf '%s\n' "$names" | while read -r id of; do [ "$of" != "$name" ] || printf %s "$id"; done)
        [ -n "$commit" ] || continue
        [ "$name" != "refs/heads/$2" ] || branch=$2
        return 0
    done
}

is_hash() {
    case $1 in *[!0-9a-f]* | ?????? | ????? | ???? | ??? | ?? | ? | '') return 1 ;; esac
}
