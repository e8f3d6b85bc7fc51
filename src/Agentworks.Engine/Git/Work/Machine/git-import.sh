# USER FOLDER CEILING ADMIN SOURCE URL BRANCH DEPTH ORIGIN, after git-common.sh and clone-credentials.sh. SOURCE: "clone" for URL, "bundle" for one that comes
# on standard input. FOLDER is empty or not there yet; what fails leaves it so. Last, on standard output: branch, commit and remote.
set -eu
admin=$4 source=$5 url=$6 branch=$7 depth=$8 origin=$9
agw_enter "$1" "$2" "$3"

agw_run sh -c '
    umask 007
    if [ -e "$1" ] || [ -L "$1" ]; then
        [ -d "$1" ] || { echo "agw: not a folder" >&2; exit 1; }
        [ -z "$(ls -A -- "$1")" ] || { echo "agw: not empty" >&2; exit 1; }
    fi
    mkdir -p -- "$1"' sh "$agw_folder" || exit

away() {
    rc=$?
    [ "$rc" = 0 ] || agw_run find "$agw_folder" -mindepth 1 -delete 2> /dev/null || :
    agw_clone_forget "$agw_user"
    rm -f "$agw_home/import.bundle"
    rm -rf "$agw_work"
}
trap away EXIT

from=$url agw_auth=
if [ "$source" = bundle ]; then
    from=$agw_home/import.bundle
    agw_run sh -c 'rm -f -- "$1" && cat > "$1"' sh "$from"
    [ "$(agw_run git bundle list-heads "$from" HEAD 2> /dev/null)" ] || { echo 'agw: no commit' >&2; exit 1; }
else
    case $agw_user in agt-*) [ -z "$agw_clone_line" ] || agw_clone_credentials "$url" "$agw_user" '' ;; *) agw_clone_credentials "$url" "$agw_user" "$admin" ;; esac
fi
# With a token at hand, what stands in the user's own configuration has no say.
quiet=
[ -z "$agw_auth" ] || quiet=/dev/null
agw_run env ${quiet:+GIT_CONFIG_GLOBAL="$quiet"} git -C "$agw_folder" $agw_auth -c core.hooksPath=/dev/null clone --progress --template= -c core.sharedRepository=group \
    ${branch:+--branch "$branch"} ${depth:+--depth "$depth"} -- "$from" . >&2
if [ "$source" = bundle ]; then
    if [ -n "$origin" ]; then g remote set-url origin "$origin"; else g remote remove origin; fi
fi
printf 'agw-branch %s\n' "$(g symbolic-ref --quiet --short HEAD || :)"
printf 'agw-commit %s\n' "$(g rev-parse --verify --quiet HEAD || :)"
printf 'agw-url %s\n' "$(g remote get-url origin 2> /dev/null || :)"
