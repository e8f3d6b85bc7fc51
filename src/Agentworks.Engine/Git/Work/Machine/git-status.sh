# UNTRACKED PLACE …, after git-common.sh.
set -eu
untracked=$1
shift
status() {
    g --no-optional-locks status --porcelain=v2 -z --branch --ahead-behind --find-renames --untracked-files="$untracked" --ignore-submodules=dirty > "$agw_out/status"
}
agw_each status "$@"
