# ALL HOOKS MESSAGE AUTHOR NAME MAIL PLACE …, after git-common.sh. NAME and MAIL are for places where git knows nobody.
set -eu
all=$1 hooks=$2 message=$3 author=$4 name=$5 mail=$6
shift 6

commit() {
    g rev-parse --git-dir > /dev/null || return
    agw_commit "$all" "$hooks" "$message" "$author" "$name" "$mail" || return
    [ ! -e "$agw_out/clean" ] || return 0
    agw_told > "$agw_out/commit"
}
agw_each commit "$@"
