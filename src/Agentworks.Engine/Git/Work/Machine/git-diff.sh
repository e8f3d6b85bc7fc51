# STAGED PATCH UNTRACKED AGAINST MAX FILES PLACE …, after git-common.sh: what differs, as git's raw lines and numbers, and the first MAX bytes of the
# patch and one more. AGAINST is a revision, or empty; FILES are words of the shell.
set -eu
staged=$1 patch=$2 untracked=$3 against=$4 max=$5 files=$6
shift 6
list_limit=33554432

show() {
    eval "set -- \"\$@\" ${staged:+--cached} ${base:+"$base"} -- $files"
    g --no-optional-locks diff --no-ext-diff --no-textconv --no-color --find-renames --ignore-submodules=dirty "$@"
}

# Untracked files become known in an index of our own, which goes away again. Nothing of them is written into the repository.
with_untracked() {
    index=$(g rev-parse --path-format=absolute --git-path index) || return
    chmod 0711 "$agw_work"
    mkdir "$agw_out.own"
    chown "$agw_user" "$agw_out.own"
    agw_run sh -c '[ ! -e "$1" ] || cat -- "$1" > "$2"' copy "$index" "$agw_out.own/index"
    agw_index=$agw_out.own/index
    g add --intent-to-add --ignore-errors -- :/ 2> /dev/null || :
}

differ() {
    base=
    g rev-parse --git-dir > /dev/null || return
    if [ -n "$against" ]; then
        base=$(g rev-parse --verify --quiet --end-of-options "$against^{commit}") || { echo "bad revision '$against'" >&2; return 129; }
    fi
    [ -z "$untracked" ] || with_untracked || return
    { show --raw --numstat -z --abbrev=40 || echo $? > "$agw_out.bad"; } | head -c "$list_limit" > "$agw_out/files"
    [ -z "$patch" ] || [ -e "$agw_out.bad" ] || { show --patch || :; } | head -c $((max + 1)) > "$agw_out/patch"
    [ ! -e "$agw_out.bad" ] || [ "$(cat "$agw_out.bad")" = 141 ] || return "$(cat "$agw_out.bad")"
}
agw_each differ "$@"
