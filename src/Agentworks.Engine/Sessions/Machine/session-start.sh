#!/bin/sh
# Starts the tmux server of session $1 as its user. systemd runs this as root, at a start that was asked for and after a reboot.
# What to run stands in /var/lib/agentworks/sessions/<name>/, which only root can read or write. A start that was asked for brings
# /run/agentworks/start/<name> along: the secrets, which exist nowhere else on the machine and are gone when the command begins.
set -eu
umask 077
name=$1
run=/run/agentworks/sessions/$name
start=/run/agentworks/start/$name
. "/var/lib/agentworks/sessions/$name/spec"   # agw_user agw_dir agw_run agw_history agw_nnp agw_secrets

if [ ! -e "$start" ]; then
    # The machine has rebooted: the session resumes as a new run.
    if [ -n "$agw_secrets" ]; then
        echo "session $name waits for secrets that this machine does not keep: $agw_secrets" >&2
        exit 78
    fi
    agw_run=$(tr -d - < /proc/sys/kernel/random/uuid)
fi

passwd=$(getent passwd "$agw_user") || { echo "user $agw_user does not exist" >&2; exit 67; }
shell=${passwd##*:}
home=${passwd%:*}; home=${home##*:}
group=${passwd#*:*:*:}; group=${group%%:*}

# A fresh folder each time: nothing of the session's user is in it until it is handed over below.
[ ! -e "$run" ] || /usr/lib/agentworks/session-ended "$name" again
mkdir -m 0711 "$run"
mkdir -m 0700 "$run/tmux"
mkfifo -m 0600 "$run/log"
if [ -e "$start" ]; then
    cat "/var/lib/agentworks/sessions/$name/environment" "$start" > "$run/tmux/environment"
    rm -f "$start"
else
    cat "/var/lib/agentworks/sessions/$name/environment" > "$run/tmux/environment"
    echo 'agw_command=${agw_resume:-$agw_command}' >> "$run/tmux/environment"
fi
chown "$agw_user:$group" "$run/log" "$run/tmux/environment" "$run/tmux"

: >> "/var/log/agentworks/sessions/$name.log" # there as soon as the session is
/usr/lib/agentworks/session-log "$run/log" "/var/log/agentworks/sessions/$name.log" </dev/null >/dev/null 2>&1 &

cd "$agw_dir"
pids=$(setpriv --reuid="$agw_user" --regid="$group" --init-groups --inh-caps=-all $agw_nnp -- \
    env -i HOME="$home" USER="$agw_user" LOGNAME="$agw_user" SHELL="$shell" LANG="${LANG:-C.UTF-8}" \
        PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games AGENTWORKS_RUNTIME="$run/tmux" \
    tmux -f /etc/agentworks/tmux.conf -S "$run/tmux/sock" \
        set -g history-limit "$agw_history" \; \
        new-session -d -s "$name" -c "$agw_dir" -x 200 -y 50 /usr/lib/agentworks/session-pane \; \
        pipe-pane -t "=$name:" "exec cat > '$run/log'" \; \
        display-message -p -t "=$name:" '#{pid} #{pane_pid}')
pid=${pids% *} pane=${pids#* }
case $pid$pane in '' | *[!0-9]*) echo "tmux did not say its process ids" >&2; exit 1 ;; esac

# What systemd is to kill at a stop must be of this unit, whatever the session's user makes its tmux say.
cmp -s "/proc/$pid/cgroup" /proc/self/cgroup || { echo "process $pid is not of this session" >&2; exit 1; }

read -r boot < /proc/sys/kernel/random/boot_id
read -r stat < "/proc/$pid/stat"
set -- ${stat##*) }
printf '%s %s %s %s %s\n' "$pid" "${20}" "$pane" "$boot" "$agw_run" > "$run/server"
printf '%s\n' "$pid" > "$run/pid"
