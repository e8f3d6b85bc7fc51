# LOOKS RESTART DISCARD, then for each session: NAME GRANT SPEC ENVIRONMENT START
# RESTART: empty, "restart", or "kill" for those that would not end; systemd knows all processes of a session by its cgroup.
# GRANT is the workspace's group where the session's user must be let in first, else empty.
looks=$1 restart=$2 discard=$3
shift 3
units= names= running=

if [ -n "$restart" ]; then
    agw_n=0
    for word in "$@"; do
        [ $((agw_n % 5)) = 0 ] && agw_running "$word" && running="$running $(agw_unit "$word")"
        agw_n=$((agw_n + 1))
    done
    [ -z "$running" ] || [ "$restart" != kill ] || systemctl kill -s KILL $running
    [ -z "$running" ] || systemctl stop $running
fi

while [ $# -ge 5 ]; do
    name=$1
    if agw_running "$name" && ! agw_ended "$name"; then
        agw_tell "$name" running
    else
        # What is coming up by itself, as after a reboot, would take half of what is written now.
        if agw_running "$name" || [ -h "$(agw_boot_link "$name")" ]; then systemctl stop "$(agw_unit "$name")"; fi
        home=/var/lib/agentworks/sessions/$name
        mkdir -p "$home"
        printf %s "$3" > "$home/spec"
        printf %s "$4" > "$home/environment"
        printf %s "$5" > "/run/agentworks/start/$name"
        if ! missing=$( (agw_spec "$name" && agw_export_files $agw_secret_files >> "/run/agentworks/start/$name") 2>&1); then
            rm -f "/run/agentworks/start/$name"
            agw_tell "$name" '!stopped' "$missing"
            if [ -n "$discard" ]; then rm -rf "$home"; fi
            shift 5
            continue
        fi
        [ -z "$2" ] || (agw_spec "$name" && agw_grant "$agw_user" "$2" "$agw_dir")
        ln -sfn /etc/systemd/system/agentworks-session@.service "$(agw_boot_link "$name")"
        names="$names $name"
        units="$units $(agw_unit "$name")"
    fi
    shift 5
done
[ -n "$names" ] || exit 0

agw_forget() {
    rm -rf "/var/lib/agentworks/sessions/$1" "/run/agentworks/start/$1" /var/log/agentworks/sessions/"$1".log*
    rm -f "$(agw_boot_link "$1")"
}

said=$(systemctl start $units 2>&1)

# A command that cannot run says so within a moment. One that has taken the place of its shell runs and is not waited for; one that
# is the shell's own work (a loop, a list) is given that moment. The moment is counted only while that shell has nothing to do: on a
# busy machine it may not even have begun.
agw_settled() {
    read -r _ _ pane _ < "/run/agentworks/sessions/$1/server" || return 0
    child=
    { read -r child _ < "/proc/$pane/task/$pane/children"; } 2>/dev/null
    [ -n "$child" ] || return 2
    { read -r stat < "/proc/$child/stat"; } 2>/dev/null || return 2
    case $stat in
        *"(session-pane) "* | *"(sh) "* | *"(bash) "* | *"(dash) "* | *"(zsh) "* | *"(fish) "*) ;;
        *"(rm) "*) return 2 ;; # session-pane's, before it comes to the command
        *) return 0 ;;
    esac
    # What a login shell runs before it comes to the command keeps it waiting too. More than so many processes are no login's.
    set -- "$child"
    seen=0
    while [ $# -gt 0 ]; do
        { read -r stat < "/proc/$1/stat"; } 2>/dev/null || return 2
        case ${stat##*) } in S*) ;; *) return 2 ;; esac
        more=
        { read -r more < "/proc/$1/task/$1/children"; } 2>/dev/null
        shift
        set -- "$@" $more
        seen=$((seen + 1))
        [ "$seen" -lt 32 ] || return 1
    done
    return 1
}

# With so much to do for each processor everything takes so much longer.
read -r load _ < /proc/loadavg
patience=$((50 + 50 * ${load%%.*} / $(nproc)))
while [ "$looks" -gt 0 ] && [ "$patience" -gt 0 ]; do
    waiting= busy=
    for name in $names; do
        if agw_running "$name" && ! agw_ended "$name"; then
            agw_settled "$name"
            case $? in 1) waiting=1 ;; 2) waiting=1 busy=1 ;; esac
        fi
    done
    [ -n "$waiting" ] || break
    sleep 0.01
    [ -n "$busy" ] || looks=$((looks - 1))
    patience=$((patience - 1))
done

for name in $names; do
    if ! agw_running "$name"; then
        agw_tell "$name" '!stopped' "$(journalctl -q -u "$(agw_unit "$name")" -n 5 -o cat 2>/dev/null || printf %s "$said")"
        if [ -n "$discard" ]; then agw_forget "$name"; fi
    elif agw_ended "$name" && [ "$(agw_exit "$name")" != 0 ]; then
        agw_tell "$name" '!exited' "$(agw_screen "$name")"
        if [ -n "$discard" ]; then
            systemctl stop "$(agw_unit "$name")"
            agw_forget "$name"
        fi
    elif agw_ended "$name"; then
        agw_tell "$name" exited
    else
        agw_tell "$name" running
    fi
done
exit 0
