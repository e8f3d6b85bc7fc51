# A machine's place in the operator's tailnet, after Tailscale's published command line. Every call has a limit.
agw_ts_folder=/run/agentworks/tailscale

agw_ts_state() {
    agw_limit 10 'tailscale status' tailscale status --json --peers=false 2>/dev/null | tr -d '\n' |
        sed -n 's/.*"BackendState"[[:space:]]*:[[:space:]]*"\([A-Za-z]*\)".*/\1/p'
}

# The detail of the step: the address.
agw_check_tailscale() {
    command -v tailscale >/dev/null || { echo 'Tailscale is not installed'; exit 1; }
    [ -z "$agw_ts_again" ] || [ -e "$agw_ts_folder/$agw_ts_again" ] || { echo 'not joined with the new key'; exit 1; }
    state=$(agw_ts_state)
    [ "$state" = Running ] || { echo "Tailscale says ${state:-nothing}"; exit 1; }
    agw_limit 10 'tailscale ip' tailscale ip -4 | head -n 1
}

# SECONDS STATE...: waits until Tailscale is in one of these states.
agw_ts_await() {
    left=$1
    shift
    while [ "$left" -gt 0 ]; do
        state=$(agw_ts_state)
        case " $* " in *" ${state:-none} "*) return 0 ;; esac
        left=$((left - 1))
        sleep 1
    done
    return 1
}

# The machine's own name resolution stays as it is: Tailscale's would race with the system's at boot.
agw_ts_up() {
    agw_limit 75 'tailscale up' tailscale up --reset --timeout=60s --accept-dns=false --accept-risk=lose-ssh \
        --hostname="$agw_ts_hostname" --advertise-tags="$agw_ts_tags" "$@" 2>&1
}

agw_apply_tailscale() {
    command -v tailscale >/dev/null || { echo 'Tailscale is not installed'; exit 1; }
    if command -v tailscaled >/dev/null; then systemctl enable --quiet --now tailscaled; fi
    agw_ts_await 30 Running Stopped NeedsLogin NeedsMachineAuth Starting || { echo 'tailscaled does not answer'; exit 1; }
    if [ -z "$agw_ts_key" ]; then
        # One that was only switched off needs no key.
        [ "$state" = Stopped ] && agw_ts_up && agw_ts_await 30 Running && exit 0
        echo "it is not in the tailnet; give it a key: Update-AgwVmNetwork $agw_ts_vm"
        exit 1
    fi

    # The key is in a file in memory that only root reads, and only for as long as this takes.
    umask 077
    mkdir -p "$agw_ts_folder"
    rm -f "$agw_ts_folder"/*
    trap 'rm -f "$agw_ts_folder/key"' EXIT
    trap 'exit 143' TERM INT HUP
    printf %s "$agw_ts_key" > "$agw_ts_folder/key"
    force=
    [ -z "$agw_ts_again" ] || [ "$state" = NeedsLogin ] || force=--force-reauth
    if ! said=$(agw_ts_up "--auth-key=file:$agw_ts_folder/key" $force) || ! agw_ts_await 30 Running; then
        rm -f "$agw_ts_folder/key"
        # Back to the login that there was, if there was one.
        [ -z "$force" ] || [ "$(agw_ts_state)" = Running ] || agw_limit 20 'tailscale up' tailscale up --timeout=15s >/dev/null 2>&1 || :
        case $said in *"$agw_ts_key"*) said='Tailscale refused the key' ;; esac
        echo "${said:-it did not come up}"
        exit 1
    fi
    [ -z "$agw_ts_again" ] || : > "$agw_ts_folder/$agw_ts_again"
}
