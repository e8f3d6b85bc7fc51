# TEXT ENTER KEYS NAME…    KEYS are quoted for a shell.
text=$1 enter=$2 keys=$3
shift 3
typed=/run/agentworks/start/.text-$$
printf %s "$text" > "$typed"
for name in "$@"; do
    if ! agw_running "$name" || agw_ended "$name"; then
        agw_tell "$name" '!stopped' 'the session does not run'
        continue
    fi
    said=$(
        {
            # Pasted in one piece and, where the program asks for it, bracketed: its lines are text, not commands.
            if [ -n "$text" ]; then
                agw_tmux "$name" load-buffer -b agentworks - < "$typed" &&
                    agw_tmux "$name" paste-buffer -p -d -b agentworks -t "=$name:"
            fi &&
                if [ -n "$keys$enter" ]; then
                    eval "set -- $keys"
                    agw_tmux "$name" send-keys -t "=$name:" -- "$@" ${enter:+Enter}
                fi
        } 2>&1
    ) || { agw_tell "$name" '!running' "$said"; continue; }
    agw_tell "$name" running
done
rm -f "$typed"
exit 0
