# agw_end_processes UID: kills every process of a user. The signal is sent as that user: so it reaches all at once, with no fork that could
# outrun it, and also those that a setuid program made another's for a while.
agw_end_processes() {
    tries=100
    while { pgrep -u "$1" || pgrep -U "$1"; } >/dev/null && [ "$tries" -gt 0 ]; do
        setpriv --reuid="$1" --clear-groups --inh-caps=-all -- sh -c 'kill -KILL -1' 2>/dev/null
        tries=$((tries - 1))
        sleep 0.02
    done
}
