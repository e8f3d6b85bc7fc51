# agw_close_windows SESSION…: their windows in every console that runs, as the admin whose consoles they are.
agw_close_windows() {
    [ -d /run/agentworks/consoles ] && [ $# -gt 0 ] || return 0
    agw_admin=$(stat -c %U /run/agentworks/consoles)
    timeout -k 1 10 setpriv --reuid="$agw_admin" --regid="$(id -g "$agw_admin")" --init-groups -- env -i LANG=C.UTF-8 PATH=/usr/bin:/bin sh -c '
        for socket in /run/agentworks/consoles/*/sock; do
            tmux -S "$socket" list-windows -a -F "#{@agentworks-window} #{window_id}" </dev/null | while read -r key window; do
                for session in "$@"; do
                    [ "${key%:*}" != "$session" ] || tmux -S "$socket" kill-window -t "$window" </dev/null
                done
            done
        done
    ' sh "$@" >/dev/null 2>&1
    return 0
}
