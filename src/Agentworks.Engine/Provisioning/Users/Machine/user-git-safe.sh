# MODE ROOT [FOLDER ...]: as the user. Which folders of others git may work in: of those below ROOT exactly these, and never all ('*').
set -u
mode=$1 root=$2
shift 2
reasons=
wrong() { reasons="${reasons:+$reasons; }$1"; }
remove() {
    if [ "$mode" = check ]; then wrong "$2"; else git config --global --fixed-value --unset-all safe.directory "$1" || wrong "~/.gitconfig cannot be written"; fi
}
now=$(git config --global --get-all safe.directory 2>/dev/null | sort -u)
while IFS= read -r folder; do
    case $folder in
    '*') remove "$folder" "git trusts every folder" ;;
    "$root"/*)
        for wanted in "$@"; do [ "$wanted" != "$folder" ] || continue 2; done
        [ $# = 0 ] || remove "$folder" "git trusts $folder, which is not granted"
        ;;
    esac
done <<AGENTWORKS
$now
AGENTWORKS
for wanted in "$@"; do
    ! printf '%s\n' "$now" | grep -qxF -- "$wanted" || continue
    if [ "$mode" = check ]; then wrong "git does not trust $wanted"; else git config --global --add safe.directory "$wanted" || wrong "~/.gitconfig cannot be written"; fi
done
[ -z "$reasons" ] || { printf '%s\n' "$reasons"; exit 1; }
