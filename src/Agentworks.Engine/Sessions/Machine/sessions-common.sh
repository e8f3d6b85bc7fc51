# Shared by the scripts that work on sessions. They run as root; whatever touches a session's tmux server or a file that its user may
# write does so as that user.
set -u
umask 077

# agw_tell NAME STATUS [MESSAGE]: one report line; a status that begins with "!" tells of a failure.
agw_tell() {
    pid= code= started= run= message=
    if [ -r "/run/agentworks/sessions/$1/server" ]; then
        read -r pid _ _ _ run < "/run/agentworks/sessions/$1/server"
        started=$(stat -c %Y "/run/agentworks/sessions/$1/server")
        ! agw_ended "$1" || code=$(agw_exit "$1")
    fi
    [ -z "${3-}" ] || message=$(printf %s "$3" | tail -c 4000 | base64 -w 0)
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$pid" "$code" "$started" "$run" "$message"
}

agw_spec() { . "/var/lib/agentworks/sessions/$1/spec"; }

# agw_as NAME COMMAND…: as the session's user, who can make it hang, say without end, or get hold of its descriptors. So it has five
# seconds and 1 MiB, and speaks to a file: of a pipe it could be that nobody ever sees the end.
agw_as() {
    agw_said=/run/agentworks/start/.said-$1-$$
    (
        agw_spec "$1"
        shift
        ulimit -f 2048
        exec timeout -k 1 5 setpriv --reuid="$agw_user" --regid="$(id -g "$agw_user")" --init-groups --inh-caps=-all -- \
            env -i HOME=/ LANG=C.UTF-8 PATH=/usr/bin:/bin "$@" > "$agw_said" 2>&1
    )
    agw_code=$?
    cat "$agw_said"
    rm -f "$agw_said"
    case $agw_code in 124 | 137) echo 'it does not answer' ;; esac
    return "$agw_code"
}

agw_tmux() {
    agw_session=$1
    shift
    agw_as "$agw_session" tmux -S "/run/agentworks/sessions/$agw_session/tmux/sock" "$@"
}

agw_running() { [ -e "/run/agentworks/sessions/$1/server" ]; }

# The command's shell has said how it ended, or is gone without a word.
agw_ended() {
    [ -s "/run/agentworks/sessions/$1/tmux/exit" ] && [ -f "/run/agentworks/sessions/$1/tmux/exit" ] && [ ! -h "/run/agentworks/sessions/$1/tmux/exit" ] && return
    read -r _ _ pane _ < "/run/agentworks/sessions/$1/server"
    { read -r stat < "/proc/$pane/stat"; } 2>/dev/null || return 0
    case ${stat##*) } in Z*) return 0 ;; esac
    return 1
}

agw_exit() {
    said=$(agw_as "$1" head -c 3 "/run/agentworks/sessions/$1/tmux/exit")
    case $said in '' | *[!0-9]*) echo 137 ;; *) echo "$said" ;; esac
}
agw_unit() { echo "agentworks-session@$1.service"; }
agw_boot_link() { echo "/etc/systemd/system/multi-user.target.wants/agentworks-session@$1.service"; }
agw_screen() { agw_tmux "$1" capture-pane -p -J -S -100 -t "=$1:" | grep -v '^$' | tail -n 20; }
