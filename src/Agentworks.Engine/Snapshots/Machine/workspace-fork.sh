# FROM USER UID GID ROOT ADMIN KEEP HOW NAME PATH ID…, after workspace-stage.sh and access.sh, with agw_fork. Prints what workspace-fork.pl says; what that
# leaves to be copied is copied here.
set -eu
umask 077
from=$1 admin=$6 keep=$7
answers=$(agw_fork "$@")
shift 8

agw_copied() (
    set -e
    agw_alone "$1"
    ! agw_is_there "$1" "$2" || exit 0
    stage=$(agw_stage "$2")
    trap 'agw_clear_stage "$stage"' EXIT
    trap 'exit 143' HUP INT TERM
    agw_user "$1"
    # Its user was made without a home, which comes with a snapshot.
    home=/var/lib/agentworks/homes/$1
    [ -d "$home" ] || {
        rm -rf "$home.new"
        cp -rT /etc/skel "$home.new"
        chown -R "$1:$1" "$home.new"
        chmod 0700 "$home.new"
        mv -T "$home.new" "$home"
    }
    agw_open_stage "$stage"
    agw_confined "$from" "$stage/tree" -- cp -a --reflink=auto /from/. /to/
    agw_settle "$stage/tree" "$1" "$keep"
    agw_arrive "$stage" "$2" "$1"
)

for agent in $keep; do
    (
        known=$(agw_git "$agent" --get-all safe.directory 2>/dev/null) || :
        while [ $# -ge 3 ]; do
            printf '%s\n' "$known" | grep -qxF -- "$2" || agw_git "$agent" --add safe.directory "$2" || :
            shift 3
        done
    ) >/dev/null 2>&1 &
done
printf '%s\n' "$answers" | while read -r word user rest; do
    if [ "$word" = copy ]; then
        # The shell takes no notice of what fails in a condition.
        set +e
        why=$(agw_copied "$user" "$rest" 2>&1)
        failed=$?
        set -e
        if [ "$failed" = 0 ]; then echo "ok $user copied"; else echo "no $user $(printf %s "$why" | tr '\n' ' ')"; fi
    else
        echo "$word $user $rest"
    fi
done
wait
