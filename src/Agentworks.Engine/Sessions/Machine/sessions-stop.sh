# LOOKS FORCE NAME…
looks=$1 force=$2
shift 2
units= waiting=

# A login shell that waits at its prompt has nothing to interrupt: the terminal's foreground group is then that shell, a child of the
# pane's own process.
agw_idle() {
    read -r _ _ pane _ < "/run/agentworks/sessions/$1/server"
    { read -r stat < "/proc/$pane/stat"; } 2>/dev/null || return 0
    set -- ${stat##*) }
    { read -r stat < "/proc/$6/stat"; } 2>/dev/null || return 1
    case $stat in *"(sh) "* | *"(bash) "* | *"(dash) "* | *"(zsh) "* | *"(fish) "*) ;; *) return 1 ;; esac
    set -- ${stat##*) }
    [ "$2" = "$pane" ]
}

for name in "$@"; do
    rm -f "$(agw_boot_link "$name")"
    units="$units $(agw_unit "$name")" # also of one that is only coming up, as after a reboot
    agw_running "$name" || continue
    if [ -z "$force" ] && ! agw_ended "$name" && ! agw_idle "$name"; then
        agw_tmux "$name" send-keys -t "=$name:" C-c >/dev/null 2>&1 &
        waiting="$waiting $name"
    fi
done
wait

while [ -n "$waiting" ] && [ "$looks" -gt 0 ]; do
    still=
    for name in $waiting; do
        agw_ended "$name" || agw_idle "$name" || still="$still $name"
    done
    waiting=$still
    [ -n "$waiting" ] || break
    sleep 0.01
    looks=$((looks - 1))
done

[ -z "$force" ] || systemctl kill -s KILL $units 2>/dev/null
said=$(systemctl stop $units 2>&1)
for name in "$@"; do
    if agw_running "$name" || systemctl -q is-active "$(agw_unit "$name")"; then
        agw_tell "$name" '!broken' "$said"
    else
        agw_tell "$name" stopped
    fi
done
exit 0
