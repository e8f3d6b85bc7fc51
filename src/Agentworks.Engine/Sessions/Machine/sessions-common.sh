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

# agw_as NAME COMMAND…: as the session's user.
agw_as() (
    agw_spec "$1"
    shift
    exec setpriv --reuid="$agw_user" --regid="$(id -g "$agw_user")" --init-groups --inh-caps=-all -- env -i HOME=/ LANG=C.UTF-8 PATH=/usr/bin:/bin "$@"
)

agw_tmux() {
    agw_session=$1
    shift
    agw_as "$agw_session" tmux -S "/run/agentworks/sessions/$agw_session/tmux/sock" "$@"
}

agw_running() { [ -e "/run/agentworks/sessions/$1/server" ]; }

# The command's shell has said how it ended, or is gone without a word.
agw_ended() {
    [ -e "/run/agentworks/sessions/$1/tmux/exit" ] && return
    read -r _ _ pane _ < "/run/agentworks/sessions/$1/server"
    { read -r stat < "/proc/$pane/stat"; } 2>/dev/null || return 0
    case ${stat##*) } in Z*) return 0 ;; esac
    return 1
}

agw_exit() {
    agw_as "$1" head -c 4 "/run/agentworks/sessions/$1/tmux/exit" 2>/dev/null | { read -r said; echo "${said:-137}"; }
}
agw_unit() { echo "agentworks-session@$1.service"; }
agw_boot_link() { echo "/etc/systemd/system/multi-user.target.wants/agentworks-session@$1.service"; }
agw_screen() { agw_tmux "$1" capture-pane -p -J -S - -t "=$1:" 2>/dev/null | grep -v '^$' | tail -n 20; }
