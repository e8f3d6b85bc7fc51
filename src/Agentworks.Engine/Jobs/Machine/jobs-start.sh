# PROGRAM TEXT, then for each batch: NAME and what it is to start, in base64; that may hold secrets and goes into memory only. It is no input, because
# a command whose input is cut off is ended. Writes what became of each job.
set -eu
umask 077
run=/run/agentworks/jobs
program=$run/supervisor-$1
mkdir -p "$run" /var/lib/agentworks/jobs
if [ ! -e "$program" ]; then
    printf %s "$2" > "$program.$$"
    mv "$program.$$" "$program"
fi
shift 2
while [ $# -ge 2 ]; do
    printf %s "$2" | base64 -d > "$run/$1.start"
    said=$(systemd-run -q --collect --unit="agentworks-jobs-$1" -p Type=notify -p NotifyAccess=main -p Delegate=yes -p KillMode=control-group \
        -p TimeoutStartSec=60 -p TimeoutStopSec=5 -p OOMPolicy=continue -p TasksMax=32768 /usr/bin/perl "$program" "$1" 2>&1) ||
        echo "$said" >&2
    rm -f "$run/$1.start"
    [ ! -e "$run/$1.report" ] || cat "$run/$1.report"
    rm -f "$run/$1.report"
    shift 2
done
