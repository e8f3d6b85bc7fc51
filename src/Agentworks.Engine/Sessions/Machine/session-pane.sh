#!/bin/sh
# What runs in the pane, as the session's user: takes its variables from a file that nobody else can read and that is gone a moment
# later, runs the command, and says how it ended. tmux cannot be relied on for that: 3.3a at times never learns of a pane's exit.
runtime=$AGENTWORKS_RUNTIME
. "$runtime/environment"
rm -f "$runtime/environment"
command=$agw_command required=$agw_required
unset AGENTWORKS_RUNTIME agw_command agw_resume agw_required

for program in $required; do
    if ! "$SHELL" -lc 'command -v "$1" >/dev/null' sh "$program"; then
        echo "the session's template requires $program, which is not installed"
        echo 127 > "$runtime/exit"
        exit 127
    fi
done

# Keys such as Ctrl-C are for the command; this shell outlives it only to see its status.
trap : INT QUIT TSTP
if [ -z "$command" ]; then
    "$SHELL" -l
else
    "$SHELL" -lc "$command"
fi
code=$?
echo "$code" > "$runtime/exit"
exit "$code"
